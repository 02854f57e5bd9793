//! The combined ratio estimator over strata, with stations as clusters.
//!
//! Cochran, *Sampling Techniques* (3rd ed. 1977), 6.11; Särndal, Swensson, Wretman, *Model Assisted Survey Sampling* (1992), chapter 7.
//! With weights N/m, where m of N stations of a stratum have reported:
//!
//! ```text
//! R      = Σ N/m Σ y  ÷  Σ N/m Σ x            X = Σ N/m Σ x
//! Var(R) = X⁻² Σ N² (1 − m/N) s² / m          s² = Σ (e − ē)² / (m − 1),  e = y − R x
//! ```

use super::quantile::Level;

/// A station's part in a ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cluster {
    /// Its part in the numerator, y.
    pub y: f64,
    /// Its part in the denominator, x.
    pub x: f64,
}

/// What has reported in a stratum.
#[derive(Debug, Clone, PartialEq)]
pub struct Stratum {
    /// Stations in the frame, N.
    pub stations: u32,
    /// Stations that have reported.
    pub reported: Vec<Cluster>,
}

impl Stratum {
    /// Whether it says anything of how stations differ: two have reported, or all there are.
    #[must_use]
    pub fn has_variance(&self) -> bool {
        self.reported.len() >= 2 || (self.reported.len() == 1 && self.stations == 1)
    }

    fn weight(&self) -> f64 {
        f64::from(self.stations) / count(self.reported.len())
    }

    fn sum(&self, of: impl Fn(&Cluster) -> f64) -> f64 {
        self.reported.iter().map(of).sum()
    }
}

/// An estimate with its uncertainty. A part is missing where the data do not give it, and never a number that is none.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Estimate {
    /// The estimate; missing where a stratum has no report, or nothing is in the denominator.
    pub estimate: Option<f64>,
    /// Its standard error; missing where a stratum has one report of several stations.
    pub se: Option<f64>,
    /// Half of its 95 % interval, by Student's t.
    pub moe95: Option<f64>,
    /// Half of its 99 % interval.
    pub moe99: Option<f64>,
    /// Lower end of the 95 % interval. Not cut off at nothing.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// The standard error as if the frame had no end.
    pub se_without_fpc: Option<f64>,
    /// The variance without the end of the frame, over that of as many voters drawn one by one: R (1 − R) / Σx.
    pub deff: Option<f64>,
}

/// On which side of a threshold an estimate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The whole interval is below.
    Below,
    /// The whole interval is above.
    Above,
}

impl Estimate {
    /// With its margins, from the estimate and its standard error.
    #[must_use]
    pub fn with_margins(estimate: f64, se: Option<f64>, df: u32) -> Self {
        let margin = |level: Level| Some(level.t(df)? * se?);
        let moe95 = margin(Level::P95);
        Self {
            estimate: Some(estimate),
            se,
            moe95,
            moe99: margin(Level::P99),
            low: moe95.map(|moe| estimate - moe),
            high: moe95.map(|moe| estimate + moe),
            ..Self::default()
        }
    }

    /// Calls a threshold: only where the whole 95 % interval lies on one side.
    #[must_use]
    pub fn side_of(&self, threshold: f64) -> Option<Side> {
        let (low, high) = (self.low?, self.high?);
        if low > threshold {
            Some(Side::Above)
        } else if high < threshold {
            Some(Side::Below)
        } else {
            None
        }
    }

    /// How many standard errors an official figure lies above the estimate. Beyond 2.58 it is a difference to explain, and no proof.
    #[must_use]
    pub fn official_in_standard_errors(&self, official: f64) -> Option<f64> {
        let z = (official - self.estimate?) / self.se?;
        z.is_finite().then_some(z)
    }
}

/// Degrees of freedom: stations that have reported, less strata.
#[must_use]
pub fn degrees_of_freedom<'a>(strata: impl IntoIterator<Item = &'a Stratum>) -> u32 {
    let free = strata.into_iter().map(|stratum| stratum.reported.len().saturating_sub(1)).sum::<usize>();
    u32::try_from(free).unwrap_or(u32::MAX)
}

/// The combined ratio of y to x.
#[must_use]
pub fn combined_ratio(strata: &[Stratum]) -> Estimate {
    if strata.is_empty() || strata.iter().any(|stratum| stratum.reported.is_empty()) {
        return Estimate::default();
    }
    let total = |of: fn(&Cluster) -> f64| strata.iter().map(|stratum| stratum.weight() * stratum.sum(of)).sum::<f64>();
    let (y, x) = (total(|cluster| cluster.y), total(|cluster| cluster.x));
    if x <= 0.0 {
        return Estimate::default();
    }
    let ratio = y / x;
    let variance = |corrected: bool| {
        let parts = strata.iter().map(|stratum| variance_of(stratum, ratio, corrected));
        parts.sum::<Option<f64>>().map(|variance| variance / (x * x))
    };
    let without = variance(false);
    let voters = strata.iter().map(|stratum| stratum.sum(|cluster| cluster.x)).sum::<f64>();
    let simple = ratio * (1.0 - ratio) / voters;
    Estimate {
        se_without_fpc: without.map(f64::sqrt),
        deff: without.filter(|_| simple > 0.0).map(|variance| variance / simple),
        ..Estimate::with_margins(ratio, variance(true).map(f64::sqrt), degrees_of_freedom(strata))
    }
}

/// What a stratum adds to the variance of the total of residuals: N² (1 − m/N) s² / m.
fn variance_of(stratum: &Stratum, ratio: f64, corrected: bool) -> Option<f64> {
    let (all, reported) = (f64::from(stratum.stations), count(stratum.reported.len()));
    let left = if corrected { 1.0 - reported / all } else { 1.0 };
    if stratum.reported.len() < 2 {
        // Where all of one has reported, chance had nothing to choose.
        return (corrected && stratum.has_variance()).then_some(0.0);
    }
    let residual = |cluster: &Cluster| cluster.y - ratio * cluster.x;
    let mean = stratum.sum(residual) / reported;
    let squares = stratum.sum(|cluster| (residual(cluster) - mean).powi(2));
    Some(all * all * left * squares / (reported - 1.0) / reported)
}

/// A number of things that are in memory.
#[expect(clippy::cast_precision_loss, reason = "nothing in memory has 2^52 parts")]
pub(super) fn count(of: usize) -> f64 {
    of as f64
}

#[cfg(test)]
mod tests;
