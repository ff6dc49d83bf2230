"""What chapters are made with: numbers, drawings, figures that several show, HTML and PDF."""
