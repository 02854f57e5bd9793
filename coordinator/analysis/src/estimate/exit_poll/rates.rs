//! Response rates in the terms of AAPOR.

use super::input::{Disposition, Input};

/// What came of the voters whom the counters chose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// Cards with a vote, I.
    pub complete: u32,
    /// Cards without one, P.
    pub partial: u32,
    /// Refused, R.
    pub refused: u32,
    /// Missed, NC.
    pub missed: u32,
    /// No common language, O.
    pub language: u32,
    /// Unknown whether they had voted here, U.
    pub unknown: u32,
    /// Had not voted here, or of the commission.
    pub not_eligible: u32,
}

impl Rates {
    /// Counts some contacts and cards. Completes and partials are counted by the contacts where these list them, else by the cards.
    pub(super) fn of(input: &Input, at: &dyn Fn(&str) -> bool) -> Self {
        let mut rates = Self::default();
        for contact in input.contacts.iter().filter(|contact| at(&contact.station)) {
            *rates.of_disposition(contact.disposition) += 1;
        }
        if !completes_are_listed(input) {
            for card in input.cards.iter().filter(|card| at(&card.station)) {
                let disposition = if card.vote.is_some() { Disposition::Complete } else { Disposition::Partial };
                *rates.of_disposition(disposition) += 1;
            }
        }
        rates
    }

    fn of_disposition(&mut self, disposition: Disposition) -> &mut u32 {
        match disposition {
            Disposition::Complete => &mut self.complete,
            Disposition::Partial => &mut self.partial,
            Disposition::Refused => &mut self.refused,
            Disposition::Missed => &mut self.missed,
            Disposition::Language => &mut self.language,
            Disposition::Unknown => &mut self.unknown,
            Disposition::NotEligible => &mut self.not_eligible,
        }
    }

    /// Who was known to have voted here: I + P + R + NC + O.
    #[must_use]
    pub fn eligible(&self) -> f64 {
        self.spoken_to() + f64::from(self.missed)
    }

    fn spoken_to(&self) -> f64 {
        [self.complete, self.partial, self.refused, self.language].into_iter().map(f64::from).sum()
    }

    /// Response rate 1, I over all eligible.
    #[must_use]
    pub fn rr1(&self) -> Option<f64> {
        over(f64::from(self.complete), self.eligible())
    }

    /// Response rate 2, partials counted as responses.
    #[must_use]
    pub fn rr2(&self) -> Option<f64> {
        over(f64::from(self.complete) + f64::from(self.partial), self.eligible())
    }

    /// Response rate 3: of the unknown as many taken for eligible as among the known.
    #[must_use]
    pub fn rr3(&self) -> Option<f64> {
        let unknown = match self.eligible_share() {
            Some(share) => share * f64::from(self.unknown),
            None => 0.0,
        };
        over(f64::from(self.complete), self.eligible() + unknown)
    }

    /// Cooperation rate 1, of those who were spoken to.
    #[must_use]
    pub fn coop1(&self) -> Option<f64> {
        over(f64::from(self.complete), self.spoken_to())
    }

    /// Refusal rate 1.
    #[must_use]
    pub fn ref1(&self) -> Option<f64> {
        over(f64::from(self.refused), self.eligible())
    }

    /// Contact rate: of all eligible, who was spoken to.
    #[must_use]
    pub fn contact(&self) -> Option<f64> {
        over(self.spoken_to(), self.eligible())
    }

    /// Of whom it is known, the part that had voted here: e.
    #[must_use]
    pub fn eligible_share(&self) -> Option<f64> {
        over(self.eligible(), self.eligible() + f64::from(self.not_eligible))
    }

    /// The part that had not.
    #[must_use]
    pub fn ineligible_share(&self) -> Option<f64> {
        over(f64::from(self.not_eligible), self.eligible() + f64::from(self.not_eligible))
    }
}

/// Whether contacts list those who filled in a card, too.
pub(super) fn completes_are_listed(input: &Input) -> bool {
    let filled = |disposition| matches!(disposition, Disposition::Complete | Disposition::Partial);
    input.contacts.iter().any(|contact| filled(contact.disposition))
}

fn over(part: f64, all: f64) -> Option<f64> {
    (all > 0.0).then(|| part / all)
}
