#if canImport(SwiftUI)
    import Kuager
    import SampleModel
    import SwiftUI

    /// A draft being filled in. The form says what is asked; this view knows no question.
    struct FormView: View {
        @Environment(\.dismiss) private var dismiss
        @StateObject private var form: Kept<FormModel>
        @State private var state = FormModel.State()
        @State private var camera: CameraTarget?
        @State private var asksToSeal = false
        @State private var asksToDiscard = false

        init(observer: Observer, draft: String, captures: CaptureFolder) {
            _form = StateObject(wrappedValue: Kept(FormModel(observer, draft: draft, captures: captures)))
        }

        var body: some View {
            ScrollViewReader { scroll in
                List {
                    if let problem = state.problem, problem.place == nil { ProblemLabel(phrase: problem.phrase) }
                    if state.isPhotoIllegible { ProblemLabel(phrase: Phrase(.photoNotLegible)) }
                    questions
                    if state.form == nil, let draft = state.draft { NoteSection(form: form.model, draft: draft, camera: $camera) }
                    RelationsSection(relations: state.relations)
                    sealSection(scroll)
                }
                .scrollDismissesKeyboard(.interactively)
            }
            .following(form.model, $state)
            .task { await form.model.follow() }
            .fullScreenCover(item: $camera) { target in
                CameraView { source in await form.model.photograph(target.place, with: source) }
            }
            .alert(TextKey.sealDone.string, isPresented: .constant(state.sealed != nil)) {
                Button {
                    dismiss()
                } label: {
                    Text(.close)
                }
            }
        }

        @ViewBuilder private var questions: some View {
            ForEach(state.rows) { row in
                FormRowView(row: row, state: state, form: form.model, camera: $camera).id(row.id)
            }
        }

        private func sealSection(_ scroll: ScrollViewProxy) -> some View {
            Section {
                if let missing = state.form?.missing,
                    let first = state.rows.first(where: { missing.contains($0.question.place) })
                {
                    Button {
                        withAnimation { scroll.scrollTo(first.id, anchor: .top) }
                    } label: {
                        Label(Phrase(.missing, .number(Int64(missing.count))).string, systemImage: "circle.dashed")
                            .frame(minHeight: 44)
                    }
                }
                Button {
                    asksToSeal = true
                } label: {
                    Label(TextKey.seal.string, systemImage: "seal")
                }
                .buttonStyle(WideButton())
                .disabled(state.isSavingPhoto)
                .confirmationDialog(TextKey.sealAsk.string, isPresented: $asksToSeal, titleVisibility: .visible) {
                    Button {
                        Task { await form.model.seal() }
                    } label: {
                        Text(.seal)
                    }
                } message: {
                    Text(.sealText)
                }
                Button(role: .destructive) {
                    asksToDiscard = true
                } label: {
                    Text(.discard).frame(minHeight: 44)
                }
                .confirmationDialog(TextKey.discardAsk.string, isPresented: $asksToDiscard, titleVisibility: .visible) {
                    Button(role: .destructive) {
                        discard()
                    } label: {
                        Text(.discard)
                    }
                }
            }
        }

        private func discard() {
            Task {
                if await form.model.discard() { dismiss() }
            }
        }
    }

    /// What a photo is taken for.
    struct CameraTarget: Identifiable {
        /// The question; absent for the record as a whole.
        let place: Place?

        var id: String { place?.question ?? "" }
    }

    /// The text and the photos of a draft without a form.
    private struct NoteSection: View {
        let form: FormModel
        let draft: DraftInfo
        @Binding var camera: CameraTarget?

        var body: some View {
            Section {
                DraftField(label: Phrase(.kindNote).string, value: draft.text ?? "", isLong: true) { text in await form.text(text)
                }
                PhotosRow(photos: draft.attachments.filter { $0.role == .original }, form: form) {
                    camera = CameraTarget(place: nil)
                }
            }
        }
    }

    /// Control relations as they come out while numbers are typed: in words and with a sign, not in colour alone.
    private struct RelationsSection: View {
        let relations: [RelationState]

        var body: some View {
            if !relations.isEmpty {
                Section {
                    ForEach(relations, id: \.id) { relation in
                        if let standing = Phrase(relation.standing) { row(relation, standing) }
                    }
                } header: {
                    Text(.relationsTitle)
                } footer: {
                    Text(.relationStillEvidence)
                }
            }
        }

        private func row(_ relation: RelationState, _ standing: Phrase) -> some View {
            HStack(alignment: .top) {
                Image(systemName: icon(relation.standing))
                    .foregroundStyle(relation.standing == .fails ? Color.red : .primary)
                    .accessibilityHidden(true)
                VStack(alignment: .leading, spacing: 4) {
                    Text(verbatim: "\(relation.id): \(standing.string)").font(.headline)
                    if let message = relation.message { Text(verbatim: message) }
                    if let law = relation.law { Text(Phrase(.law, .text(law))).font(.footnote) }
                }
            }
            .accessibilityElement(children: .combine)
        }

        private func icon(_ standing: RelationStanding) -> String {
            switch standing {
            case .holds: "checkmark.circle.fill"
            case .fails: "xmark.octagon.fill"
            case .unknown, .notJudged: "questionmark.circle"
            }
        }
    }
#endif
