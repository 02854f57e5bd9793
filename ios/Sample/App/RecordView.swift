#if canImport(SwiftUI)
    import Kuager
    import SampleModel
    import SwiftUI
    import UniformTypeIdentifiers

    /// A sealed record: its receipt or its refusal, and the way to correct it.
    struct RecordView: View {
        let observer: Observer
        let captures: CaptureFolder
        @StateObject private var record: Kept<RecordModel>
        @State private var state = RecordModel.State()

        init(observer: Observer, record: String, captures: CaptureFolder) {
            self.observer = observer
            self.captures = captures
            _record = StateObject(wrappedValue: Kept(RecordModel(observer, record: record)))
        }

        var body: some View {
            List {
                if let problem = state.problem { ProblemLabel(phrase: problem) }
                if let detail = state.detail {
                    receipt(detail)
                    if let refusal = detail.refusal { refused(refusal) }
                    Section {
                        Button {
                            Task { await record.model.correct() }
                        } label: {
                            Text(.correct)
                        }
                        .buttonStyle(WideButton(isProminent: false))
                    }
                }
            }
            .following(record.model, $state)
            .task { await record.model.follow() }
            .sheet(item: $state.correction.identified) { draft in
                NavigationStack { FormView(observer: observer, draft: draft.id, captures: captures) }
            }
        }

        private func receipt(_ detail: SealedRecord) -> some View {
            Section {
                if let receipt = detail.receipt {
                    Text(Phrase(.receiptReceived, .text(receipt.receivedMs.timeText))).font(.headline)
                    Text(Phrase(.receiptLog, .text(receipt.logOrigin), .text(receipt.mergeDeadlineMs.timeText)))
                    ShareLink(
                        item: Proof(bytes: receipt.bytes),
                        preview: SharePreview(TextKey.receiptTitle.string)
                    ) {
                        Label(TextKey.receiptShare.string, systemImage: "square.and.arrow.up").frame(minHeight: 44)
                    }
                } else {
                    Text(.receiptNone)
                }
                Text(verbatim: detail.hash).font(.footnote.monospaced()).textSelection(.enabled)
            } header: {
                Text(.receiptTitle)
            }
        }

        private func refused(_ reason: String) -> some View {
            Section {
                Text(verbatim: reason)
            } header: {
                Text(.refusalTitle)
            }
        }
    }

    /// Signed bytes to hand to somebody, without a file of ours.
    private struct Proof: Transferable {
        let bytes: Data

        static var transferRepresentation: some TransferRepresentation {
            DataRepresentation(exportedContentType: .data) { (proof: Proof) in proof.bytes }
                .suggestedFileName("kuager.receipt")
        }
    }

    /// A draft to open in a sheet.
    struct OpenedDraft: Identifiable {
        let id: String
    }

    extension String? {
        /// A draft's name as what a sheet takes.
        var identified: OpenedDraft? {
            get {
                guard let self else { return nil }
                return OpenedDraft(id: self)
            }
            set { self = newValue?.id }
        }
    }
#endif
