"""What the clock does with journeys: logs the moves, begins interventions, raises churn alerts. Each asks the gate."""
