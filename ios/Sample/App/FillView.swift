#if canImport(SwiftUI)
    import Kuager
    import SampleModel
    import SwiftUI
    import UniformTypeIdentifiers

    /// Where to begin: the station, the forms, and what has been begun.
    struct FillView: View {
        let home: HomeModel
        let state: HomeModel.State
        let observer: Observer
        let captures: CaptureFolder
        let recovered: Int
        @State private var path: [String] = []
        @State private var choosesStation = false
        @State private var importsPack = false

        var body: some View {
            NavigationStack(path: $path) {
                List {
                    if let problem = state.problem { ProblemLabel(phrase: problem) }
                    if recovered > 0 { Label(Phrase(.photosRecovered, .number(Int64(recovered))).string, systemImage: "photo") }
                    if state.pack == nil { packSection } else { stationSection }
                    if !state.drafts.isEmpty { draftsSection }
                    if state.pack != nil { formsSection }
                }
                .navigationTitle(Text(verbatim: state.pack?.title ?? TextKey.appName.string))
                .navigationDestination(for: String.self) { draft in
                    FormView(observer: observer, draft: draft, captures: captures)
                }
            }
            .sheet(isPresented: $choosesStation) {
                StationView(observer: observer, language: home.language) { station in
                    Task { await home.choose(station: station) }
                }
            }
            .fileImporter(isPresented: $importsPack, allowedContentTypes: [.data]) { result in
                if case .success(let file) = result { importPack(file) }
            }
        }

        private var packSection: some View {
            Section {
                Text(.packNone)
                Button {
                    importsPack = true
                } label: {
                    Label(TextKey.packImport.string, systemImage: "doc.badge.plus")
                }
                .frame(minHeight: 44)
            }
        }

        private var stationSection: some View {
            Section {
                Button {
                    choosesStation = true
                } label: {
                    Label(state.stationName ?? TextKey.stationChoose.string, systemImage: "mappin.and.ellipse")
                        .font(.headline)
                        .frame(maxWidth: .infinity, minHeight: 44, alignment: .leading)
                }
            } header: {
                Text(.stationTitle)
            }
        }

        private var draftsSection: some View {
            Section {
                ForEach(state.drafts, id: \.id) { draft in
                    NavigationLink(value: draft.id) {
                        VStack(alignment: .leading, spacing: 4) {
                            Text(verbatim: title(of: draft)).font(.headline)
                            Text(Phrase(.draftChanged, .text(draft.changedMs.timeText))).font(.subheadline)
                            if let station = draft.station { Text(verbatim: station).font(.subheadline) }
                        }
                        .frame(minHeight: 44)
                    }
                }
            } header: {
                Text(.draftsTitle)
            }
        }

        private var formsSection: some View {
            Section {
                ForEach(state.forms, id: \.id) { form in
                    Button {
                        begin(form)
                    } label: {
                        VStack(alignment: .leading, spacing: 4) {
                            Text(verbatim: form.title).font(.headline)
                            if let hint = form.hint { Text(verbatim: hint).font(.subheadline).foregroundStyle(.primary) }
                        }
                        .frame(maxWidth: .infinity, minHeight: 44, alignment: .leading)
                    }
                    // Without a station a record says less than it could; the observer may name any place.
                    .disabled(state.station == nil)
                }
            } header: {
                Text(.formsTitle)
            }
        }

        private func title(of draft: DraftInfo) -> String {
            let form = state.pack?.forms.first { $0.id == draft.form }
            return form?.title ?? Phrase(draft.kind).string
        }

        private func begin(_ form: FormInfo) {
            Task {
                if let draft = await home.begin(form) { path.append(draft) }
            }
        }

        private func importPack(_ file: URL) {
            Task {
                // A file of another app, which may be read between these two calls.
                let mayRead = file.startAccessingSecurityScopedResource()
                await home.importPack(from: file)
                if mayRead { file.stopAccessingSecurityScopedResource() }
            }
        }
    }

    /// Finds the station, or takes what was typed.
    private struct StationView: View {
        let chosen: @MainActor (String) -> Void
        @Environment(\.dismiss) private var dismiss
        @StateObject private var stations: Kept<StationModel>
        @State private var state = StationModel.State()
        @State private var query = ""

        init(observer: Observer, language: String, chosen: @escaping @MainActor (String) -> Void) {
            self.chosen = chosen
            _stations = StateObject(wrappedValue: Kept(StationModel(observer, language: language)))
        }

        var body: some View {
            NavigationStack {
                List {
                    if let problem = state.problem { ProblemLabel(phrase: problem) }
                    ForEach(state.hits, id: \.key) { station in
                        Button {
                            choose(station.key)
                        } label: {
                            row(station)
                        }
                    }
                    if let text = state.freeText {
                        Button {
                            choose(text)
                        } label: {
                            Text(Phrase(.stationFree, .text(text))).frame(minHeight: 44)
                        }
                    }
                }
                .searchable(text: $query, prompt: Text(.stationSearch))
                .navigationTitle(Text(.stationChoose))
                .toolbar {
                    Button {
                        dismiss()
                    } label: {
                        Text(.close)
                    }
                }
            }
            .following(stations.model, $state)
            .task(id: query) { await stations.model.search(query) }
        }

        private func row(_ station: StationInfo) -> some View {
            VStack(alignment: .leading, spacing: 4) {
                Text(Phrase(.stationNumber, .text(String(station.number)), .text(station.name))).font(.headline)
                if let address = station.address { Text(verbatim: address).font(.subheadline) }
                if let registered = station.registered {
                    Text(Phrase(.stationRegistered, .number(registered))).font(.subheadline)
                }
            }
            .frame(maxWidth: .infinity, minHeight: 44, alignment: .leading)
        }

        private func choose(_ station: String) {
            chosen(station)
            dismiss()
        }
    }

    extension Int64 {
        /// Milliseconds since 1970 as day and time, the way the observer's language writes them.
        var timeText: String {
            Date(timeIntervalSince1970: TimeInterval(self) / 1000).formatted(date: .abbreviated, time: .shortened)
        }
    }
#endif
