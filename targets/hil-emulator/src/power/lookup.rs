//! Finds the figures of `[power]` that a model needs by their names.

use super::curve::Curve;
use super::facts::PowerFacts;
use crate::board::Misfit;

impl PowerFacts {
    /// The curve called `name`.
    ///
    /// # Errors
    /// When it is missing or malformed.
    pub fn curve(&self, name: &str) -> Result<Curve, Misfit> {
        let facts = self.curve.iter().find(|curve| curve.name == name);
        facts.ok_or_else(|| missing("curve", name)).and_then(Curve::new)
    }

    /// The current called `name`, in amperes.
    ///
    /// # Errors
    /// When it is missing.
    pub fn current(&self, name: &str) -> Result<f64, Misfit> {
        let found = self.figures.iter().find_map(|figures| figures.microamperes.get(name));
        found.map(|microamperes| microamperes * 1e-6).ok_or_else(|| missing("figures.microamperes", name))
    }

    /// The factor called `name`.
    ///
    /// # Errors
    /// When it is missing.
    pub fn factor(&self, name: &str) -> Result<f64, Misfit> {
        let found = self.figures.iter().find_map(|figures| figures.factors.get(name));
        found.copied().ok_or_else(|| missing("figures.factors", name))
    }
}

fn missing(table: &str, name: &str) -> Misfit {
    Misfit { at: 0, message: format!("power.{table} has no \"{name}\", which the model needs") }
}
