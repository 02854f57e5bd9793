//! What any implementation of the ledger must do, as tests.
//!
//! An implementation names a [`Place`] in which ledgers can be opened, and [`ledger_conformance!`](crate::ledger_conformance)
//! makes a test of every case:
//!
//! ```ignore
//! kuager_coordinator::ledger_conformance!(MyPlace::new().await);
//! ```
//!
//! Cases open their place more than once: after closing it, as after a restart, and beside an open one, as another process
//! or another instance does. A crash is played by leaving out the second of two calls.

pub mod accounts;
pub mod attestations;
pub mod chains;
pub mod desk;
pub mod devices;
pub mod faults;
pub mod fixture;
pub mod forks;
pub mod life;
pub mod log;
pub mod media;
pub mod messages;
pub mod records;
pub mod revocations;
pub mod tokens;
pub mod usage;
pub mod views;

pub use fixture::Place;

/// Makes a test of every case of the suite; the argument makes a fresh place for each.
#[macro_export]
macro_rules! ledger_conformance {
    ($place:expr) => {
        $crate::ledger_conformance! { @ $place;
            records::the_same_record_gets_the_receipt_it_got_first,
            records::what_is_known_before_an_upload_is_looked_up_at_once,
            records::news_follow_the_commit_in_order,
            records::news_bring_the_record_itself,
            records::records_of_a_station_are_read_page_by_page,
            records::words_are_shown_with_what_they_are_about,
            records::of_two_corrections_the_later_one_stands,
            records::rubbish_is_remembered_within_bounds,
            forks::both_records_of_a_fork_are_kept_and_attested_once,
            forks::a_fork_within_one_upload_is_a_fork,
            forks::a_fork_waits_for_its_statement_over_restarts,
            forks::of_two_statements_the_first_one_stays,
            chains::gaps_are_named_until_they_are_filled_or_stated,
            chains::a_gap_statement_may_cover_the_middle_of_a_hole,
            chains::endless_holes_make_a_bounded_answer,
            chains::numbers_that_no_chain_has_end_nothing,
            chains::thousands_of_statements_in_any_order_say_the_same,
            faults::a_link_is_judged_when_both_records_are_there,
            faults::a_link_to_the_other_record_of_a_fork_holds,
            faults::forks_gaps_and_statements_of_loss_are_counted,
            faults::a_device_is_seen_where_it_was_not_sent,
            faults::what_is_kept_of_one_chain_is_bounded,
            devices::an_invite_is_spent_once_and_a_device_spends_one,
            devices::a_credential_that_was_not_stored_costs_nothing,
            devices::of_many_at_once_one_device_gets_the_invite,
            devices::observers_are_found_where_they_were_sent,
            devices::a_device_returns_with_its_credential,
            revocations::records_of_a_revoked_device_are_kept_apart,
            revocations::what_is_kept_apart_corrects_nothing,
            revocations::what_is_withheld_is_bounded,
            revocations::a_number_is_used_once_where_the_device_wants_that,
            revocations::keys_go_on_for_others_within_bounds,
            attestations::the_first_attestation_of_a_device_stays,
            media::an_upload_is_listed_with_its_records,
            media::a_file_has_one_receipt_for_each_device,
            media::wrong_files_are_remembered_within_bounds,
            media::what_lies_still_expires_and_comes_back,
            media::a_file_that_is_lost_is_asked_for_again,
            media::a_file_is_looked_at_once,
            media::a_report_says_everything_of_a_file,
            media::the_first_statement_of_a_copy_stays,
            usage::a_device_stores_what_its_budget_has_room_for,
            usage::files_are_counted_by_device_and_hour,
            log::everything_gets_one_place,
            log::a_log_knows_how_far_its_files_are,
            log::of_many_sequencers_one_gets_ahead,
            messages::an_inbox_is_read_page_by_page,
            messages::a_nonce_is_used_once_and_the_newest_are_remembered,
            messages::numbers_only_grow,
            messages::an_older_ledger_goes_on_above_what_was_said_since,
            messages::many_senders_at_once_never_share_a_number,
            desk::a_journal_only_grows,
            desk::a_journal_is_read_in_bounded_pieces,
            desk::many_writers_share_one_journal,
            accounts::a_name_is_one_persons,
            accounts::what_changes_an_account_shows_at_once_and_everywhere,
            accounts::a_code_is_used_once_however_many_ask,
            accounts::there_is_an_end_of_accounts,
            views::views_are_kept_in_order_and_once,
            views::one_person_looks_at_so_much_in_a_day,
            tokens::a_token_is_good_until_its_end,
            tokens::a_webhook_is_told_from_its_place_on,
            life::two_processes_share_one_ledger,
            life::a_closed_ledger_says_so,
        }
    };
    (@ $place:expr; $($module:ident :: $case:ident),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $case() {
                let place = $place;
                $crate::ledger::conformance::$module::$case(&place).await;
            }
        )+
    };
}
