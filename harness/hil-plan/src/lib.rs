//! Scenario, lab and seed to a plan of steps.
