//! Quantiles: how many standard errors a margin has.

use special::Beta;

/// Half of a 95 % interval in standard errors, where the distribution is the normal one.
pub const Z95: f64 = 1.959_963_984_540_054;
/// Of a 99 % interval.
pub const Z99: f64 = 2.575_829_303_548_900_4;

/// From here on the series takes the place of the crate, whose search ends too early beyond some 15,000 degrees.
const MANY: u32 = 1_000;

/// How sure an interval is to hold what it estimates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// In 95 of 100 samples.
    P95,
    /// In 99 of 100 samples.
    P99,
}

impl Level {
    /// Half an interval in standard errors by the normal distribution.
    #[must_use]
    pub const fn z(self) -> f64 {
        match self {
            Self::P95 => Z95,
            Self::P99 => Z99,
        }
    }

    /// Half an interval in standard errors by Student's t with these degrees of freedom; nothing without any.
    #[must_use]
    pub fn t(self, df: u32) -> Option<f64> {
        if df == 0 {
            return None;
        }
        if df >= MANY {
            return Some(series(self.z(), f64::from(df)));
        }
        let outside: f64 = match self {
            Self::P95 => 0.05,
            Self::P99 => 0.01,
        };
        // Beyond ±t lies I(ν / (ν + t²); ν/2, 1/2): Abramowitz and Stegun, 26.7.1 with 26.5.27.
        let df = f64::from(df);
        let (a, b) = (df / 2.0, 0.5_f64);
        let x = outside.inv_inc_beta(a, b, a.ln_beta(b));
        Some((df * (1.0 - x) / x).sqrt())
    }
}

/// Abramowitz and Stegun, 26.7.5: exact to twelve digits from a thousand degrees of freedom on.
fn series(z: f64, df: f64) -> f64 {
    let z2 = z * z;
    let first = z * (z2 + 1.0) / 4.0;
    let second = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let third = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    z + (first + (second + third / df) / df) / df
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_r() {
        // qt(.975, df) and qt(.995, df) of R 4.2.2.
        let of_r = [
            (1, 12.706_204_736_174_694, 63.656_741_162_871_526),
            (2, 4.302_652_729_749_462, 9.924_843_200_918_29),
            (10, 2.228_138_851_986_274, 3.169_272_672_616_95),
            (100, 1.983_971_518_523_551_6, 2.625_890_521_438_018),
            (285, 1.968_322_603_028_766_4, 2.593_189_643_198_288_6),
            (1_000, 1.962_339_080_826_407_6, 2.580_754_698_065_95),
            (10_368, 1.960_192_817_823_793, 2.576_303_589_797_921),
            (1_000_000, 1.959_966_356_814_106_6, 2.575_834_220_105_333_5),
        ];
        for (df, p95, p99) in of_r {
            for (level, wanted) in [(Level::P95, p95), (Level::P99, p99)] {
                let found = level.t(df).expect("has degrees of freedom");
                assert!((found / wanted - 1.0_f64).abs() < 1e-11, "{level:?} {df}: {found} {wanted}");
            }
        }
        assert_eq!(Level::P95.t(0), None);
    }

    #[test]
    fn quantiles_fall_towards_those_of_the_normal_distribution() {
        for level in [Level::P95, Level::P99] {
            let mut before = f64::INFINITY;
            for df in (1..3_000).chain([100_000, u32::MAX]) {
                let t = level.t(df).expect("has degrees of freedom");
                assert!(t < before && t > level.z(), "{df}");
                before = t;
            }
        }
    }
}
