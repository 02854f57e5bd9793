use proptest::prelude::*;

use super::*;

fn stratum(stations: u32, reported: &[(f64, f64)]) -> Stratum {
    Stratum { stations, reported: reported.iter().map(|&(y, x)| Cluster { y, x }).collect() }
}

fn near(found: Option<f64>, wanted: f64) {
    let found = found.expect("there is one");
    assert!((found - wanted).abs() <= 1e-12 * wanted.abs(), "{found} and not {wanted}");
}

#[test]
fn two_strata_by_hand() {
    // Ten stations, of which two have reported, and four, of which all have.
    let strata = [
        stratum(10, &[(60.0, 100.0), (20.0, 50.0)]),
        stratum(4, &[(1.0, 10.0), (2.0, 10.0), (3.0, 10.0), (4.0, 10.0)]),
    ];
    let found = combined_ratio(&strata);
    // 5 · 80 + 1 · 10 of 5 · 150 + 1 · 40.
    let ratio = 410.0 / 790.0;
    near(found.estimate, ratio);
    // Residuals 60 − 100 R and 20 − 50 R differ by d, so s² = d²/2; 10² · (1 − 2/10) · s² / 2. Of the other stratum all is known.
    let d: f64 = 40.0 - 50.0 * ratio;
    let variance = 100.0 * 0.8 * d * d / 2.0 / 2.0 / (790.0 * 790.0);
    near(found.se, variance.sqrt());
    near(found.moe95, 2.776_445_105_197_793 * variance.sqrt());
    assert_eq!(degrees_of_freedom(&strata), 4);
    // Without the ends: the second stratum's s² of residuals is that of 1, 2, 3, 4.
    let without = (100.0 * d * d / 2.0 / 2.0 + 16.0 * (5.0 / 3.0) / 4.0) / (790.0 * 790.0);
    near(found.se_without_fpc, without.sqrt());
    near(found.deff, without / (ratio * (1.0 - ratio) / 190.0));
    near(found.low, ratio - 2.776_445_105_197_793 * variance.sqrt());
}

#[test]
fn what_the_data_do_not_give_is_missing() {
    let two = stratum(10, &[(60.0, 100.0), (20.0, 50.0)]);
    assert_eq!(combined_ratio(&[]), Estimate::default());
    assert_eq!(combined_ratio(&[two.clone(), stratum(3, &[])]), Estimate::default(), "no report, no estimate");
    assert_eq!(combined_ratio(&[stratum(5, &[(0.0, 0.0), (0.0, 0.0)])]), Estimate::default(), "nobody took part");
    let lone = combined_ratio(&[two.clone(), stratum(3, &[(1.0, 2.0)])]);
    assert!(lone.estimate.is_some() && lone.se.is_none() && lone.moe95.is_none() && lone.deff.is_none());
    let only = combined_ratio(&[two.clone(), stratum(1, &[(1.0, 2.0)])]);
    assert!(only.se.is_some() && only.se_without_fpc.is_none(), "of a stratum with one station all is known");
    let single = combined_ratio(&[stratum(1, &[(1.0, 2.0)])]);
    assert_eq!((single.estimate, single.se, single.moe95), (Some(0.5), Some(0.0), None), "no degree of freedom");
    let all = combined_ratio(&[stratum(5, &[(4.0, 4.0), (2.0, 2.0)])]);
    assert_eq!((all.estimate, all.se, all.deff), (Some(1.0), Some(0.0), None));
}

#[test]
fn a_threshold_is_called_only_by_a_whole_interval() {
    let of = |estimate, se| Estimate::with_margins(estimate, Some(se), 1_000_000);
    assert_eq!(of(0.06, 0.004).side_of(0.05), Some(Side::Above));
    assert_eq!(of(0.06, 0.006).side_of(0.05), None);
    assert_eq!(of(0.04, 0.004).side_of(0.05), Some(Side::Below));
    assert_eq!(Estimate::default().side_of(0.05), None);
    near(of(0.5, 0.01).official_in_standard_errors(0.53), 3.0);
    assert_eq!(of(0.5, 0.0).official_in_standard_errors(0.5), None);
}

fn any_stratum() -> impl Strategy<Value = Stratum> {
    let cluster = (0_u32..=3_000, 0_u32..=3_000).prop_map(|(y, x)| (f64::from(y.min(x)), f64::from(x)));
    (prop::collection::vec(cluster, 0..12), 0_u32..20).prop_map(|(reported, more)| {
        let stations = u32::try_from(reported.len()).expect("few") + more;
        stratum(stations.max(1), &reported)
    })
}

proptest! {
    #[test]
    fn shares_stay_shares_and_every_number_is_one(strata in prop::collection::vec(any_stratum(), 0..8)) {
        let found = combined_ratio(&strata);
        for number in [found.estimate, found.se, found.moe95, found.moe99, found.low, found.high, found.se_without_fpc, found.deff] {
            prop_assert!(number.is_none_or(f64::is_finite));
        }
        if let Some(estimate) = found.estimate {
            prop_assert!((0.0..=1.0 + 1e-12).contains(&estimate));
        }
        if let (Some(with), Some(without)) = (found.se, found.se_without_fpc) {
            prop_assert!(with <= without && with >= 0.0);
        }
    }

    #[test]
    fn a_share_and_the_rest_make_a_whole_with_one_margin(strata in prop::collection::vec(any_stratum(), 1..6)) {
        let rest: Vec<Stratum> = strata
            .iter()
            .map(|part| Stratum {
                reported: part.reported.iter().map(|cluster| Cluster { y: cluster.x - cluster.y, x: cluster.x }).collect(),
                ..part.clone()
            })
            .collect();
        let (one, other) = (combined_ratio(&strata), combined_ratio(&rest));
        if let (Some(p), Some(q)) = (one.estimate, other.estimate) {
            prop_assert!((p + q - 1.0).abs() < 1e-12);
            prop_assert!((one.se.unwrap_or_default() - other.se.unwrap_or_default()).abs() < 1e-9);
        }
    }
}
