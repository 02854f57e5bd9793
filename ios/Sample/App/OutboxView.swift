#if canImport(SwiftUI)
    import Kuager
    import SampleModel
    import SwiftUI

    /// What has been sealed, where it stands, and why it has not arrived.
    struct OutboxView: View {
        let observer: Observer
        let captures: CaptureFolder
        @StateObject private var outbox: Kept<OutboxModel>
        @State private var state = OutboxModel.State()

        init(observer: Observer, captures: CaptureFolder) {
            self.observer = observer
            self.captures = captures
            _outbox = StateObject(wrappedValue: Kept(OutboxModel(observer)))
        }

        var body: some View {
            NavigationStack {
                List {
                    summary
                    if !state.records.isEmpty { records }
                    if !state.files.isEmpty { files }
                }
                .navigationTitle(Text(.tabOutbox))
                .navigationDestination(for: String.self) { record in
                    RecordView(observer: observer, record: record, captures: captures)
                }
            }
            .following(outbox.model, $state)
            .task { await outbox.model.follow() }
        }

        private var summary: some View {
            Section {
                if let outlook = state.outlook {
                    if outlook.completed {
                        Label(TextKey.outboxDone.string, systemImage: "checkmark.seal.fill").font(.headline)
                    } else {
                        Text(Phrase(.outboxRecordsLeft, .number(outlook.left))).font(.headline)
                        Text(Phrase(.outboxFilesLeft, .number(outlook.mediaLeft))).font(.headline)
                    }
                    if let why = state.why { Label(why.string, systemImage: "info.circle") }
                    if let next = outlook.nextAttemptMs, next > 0 {
                        Text(Phrase(.outboxNext, .text(Date(timeIntervalSinceNow: TimeInterval(next) / 1000).clock)))
                    }
                }
                if let problem = state.problem { ProblemLabel(phrase: problem) }
                if state.isSyncing {
                    Button {
                        outbox.model.stopSync()
                    } label: {
                        Text(.syncStop)
                    }.buttonStyle(WideButton(isProminent: false))
                } else {
                    Button {
                        outbox.model.syncNow()
                    } label: {
                        Text(.syncNow)
                    }.buttonStyle(WideButton())
                }
            }
        }

        private var records: some View {
            Section {
                ForEach(state.records) { row in
                    NavigationLink(value: row.id) {
                        VStack(alignment: .leading, spacing: 4) {
                            Text(Phrase(.recordTitle, .text(String(row.record.seq)), .text(Phrase(row.record.kind).string)))
                                .font(.headline)
                            Text(verbatim: row.record.sealedMs.timeText).font(.subheadline)
                            StandingLabel(state: row.state, why: row.why, isThere: row.record.state == .accepted)
                        }
                        .accessibilityElement(children: .combine)
                    }
                }
            }
        }

        private var files: some View {
            Section {
                ForEach(state.files) { row in
                    VStack(alignment: .leading, spacing: 4) {
                        StandingLabel(state: row.state, why: row.why, isThere: row.file.state == .stored)
                            .accessibilityElement(children: .combine)
                        if row.canSendNow {
                            Button {
                                Task { await outbox.model.sendNow(row) }
                            } label: {
                                Text(.sendNow).frame(minHeight: 44)
                            }
                        }
                    }
                }
            } header: {
                Text(.outboxFiles)
            }
        }
    }

    /// Where something stands and why: a sign, words, and no meaning in colour alone.
    private struct StandingLabel: View {
        let state: Phrase
        let why: Phrase?
        let isThere: Bool

        var body: some View {
            Label(state.string, systemImage: isThere ? "checkmark.circle.fill" : "clock").font(.callout.weight(.semibold))
            if let why { Text(why).font(.callout) }
        }
    }

    extension Date {
        /// The time of day.
        fileprivate var clock: String { formatted(date: .omitted, time: .shortened) }
    }
#endif
