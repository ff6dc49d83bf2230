"""Steps of the rollout beside the roadmap's calendar."""
