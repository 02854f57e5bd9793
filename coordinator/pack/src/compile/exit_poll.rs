//! The exit poll: waves, dispositions, and the ground it is held on, without which it is off.

use kuager_wire::form::Choice;
use kuager_wire::pack::{Disposition, ExitPoll, LegalMode, Pack, Wave, WaveFields};

use super::choices::read_choices;
use super::names::{form_named, question_named};
use super::reader::Reader;
use crate::finding::Problem;
use crate::table::{File, Table};

pub(super) fn read(reader: &Reader<'_>, table: &mut Table<'_>, pack: &Pack) -> Option<ExitPoll> {
    let named = table.text("exit_poll")?;
    let text = reader.text(table.file, &named)?;
    let mut table = File { name: &named.value, text: &text, log: reader.log }.table();
    let form = form_named(&mut table, pack);
    let fields = table.need_table("fields").map(|mut fields| {
        let mut question = |field| question_named(&mut fields, field, &form, pack);
        let found = WaveFields {
            wave: question("wave"),
            interval: question("interval"),
            start: question("start"),
            passed: question("passed"),
            contacts: question("contacts"),
            disposition: question("disposition"),
            cards: question("cards"),
            embargo: None,
        };
        let embargo = fields.has("embargo").then(|| question_named(&mut fields, "embargo", &form, pack));
        fields.finish();
        WaveFields { embargo, ..found }
    });
    let interval = table.number::<u32>("interval", "a number from 1").filter(|found| found.value > 0);
    if interval.is_none() {
        table.error(Problem::Missing("interval".to_owned()));
    }
    let waves = table.tables("wave").into_iter().map(read_wave).collect::<Vec<_>>();
    for pair in waves.windows(2) {
        if pair[0].until > pair[1].from {
            let problem =
                format!("wave {} begins before wave {} ends; waves follow each other", pair[1].key, pair[0].key);
            table.error(Problem::Unfit(problem));
        }
    }
    let dispositions: Vec<Disposition> =
        table.tables("disposition").into_iter().map(|entry| read_disposition(reader, entry)).collect();
    if dispositions.is_empty() {
        table.error(Problem::Empty("disposition"));
    }
    let mut ages: Vec<Choice> = Vec::new();
    let entries = table.tables("age");
    read_choices(entries, &reader.languages, &mut ages);
    let legal = table.table("legal").and_then(read_legal);
    let off_reason = table.localized("off_reason", &reader.languages);
    if legal.is_none() && off_reason.is_none() {
        let problem = "without [legal] the exit poll is off; say why in [off_reason], or give [legal]";
        table.error(Problem::Unfit(problem.to_owned()));
    }
    table.finish();
    Some(ExitPoll {
        form,
        fields: fields?,
        interval: interval?.value,
        waves,
        dispositions,
        legal,
        off_reason,
        ages: (!ages.is_empty()).then_some(ages),
    })
}

fn read_wave(mut table: Table<'_>) -> Wave {
    let key = table.need_text("key").value;
    let (from, until) = (table.time("from").unwrap_or_default(), table.time("until").unwrap_or_default());
    if from.value >= until.value {
        table.file.error(from.at, Problem::Bounds { low: "from", high: "until" });
    }
    let target = table.number("target", "a number of cards").map(|found| found.value);
    table.finish();
    Wave { key, from: from.value, until: until.value, target }
}

fn read_disposition(reader: &Reader<'_>, mut table: Table<'_>) -> Disposition {
    let code = table.need_text("code").value;
    let text = table.languages(&reader.languages);
    let (card, observed) = (table.flag("card"), table.flag("observed"));
    table.finish();
    Disposition { code, text, card: card.then_some(true), observed: observed.then_some(true) }
}

fn read_legal(mut table: Table<'_>) -> Option<LegalMode> {
    let organisation = table.need_text("organisation").value;
    let notice = table.need_text("notice").value;
    let embargo = table.need_text("embargo_until");
    let until = embargo.value.parse::<jiff::Timestamp>().ok();
    if until.is_none() && !embargo.value.is_empty() {
        table.file.error(
            embargo.at,
            Problem::kind("embargo_until", "a moment with its offset, as 2026-08-24T00:00:00+05:00"),
        );
    }
    let law = table.text("law").map(|found| found.value);
    table.finish();
    Some(LegalMode { organisation, notice, embargo_until_ms: until?.as_millisecond(), law })
}
