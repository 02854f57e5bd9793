#if canImport(SwiftUI) && canImport(AVFoundation) && canImport(UIKit)
    import Kuager
    import SampleModel
    import SwiftUI

    /// A viewfinder with one large button. Stays open until the photo is in the store.
    struct CameraView: View {
        let take: @MainActor (CameraCapture) async -> Void
        @Environment(\.dismiss) private var dismiss
        @StateObject private var camera = Kept(CameraCapture())
        @State private var problem: Phrase?
        @State private var isReady = false
        @State private var isSaving = false

        var body: some View {
            CameraPreview(session: camera.model.session)
                .ignoresSafeArea()
                .overlay(alignment: .bottom) { controls }
                .task { await start() }
                .onDisappear { camera.model.stop() }
                .interactiveDismissDisabled(isSaving)
        }

        private var controls: some View {
            VStack(spacing: 12) {
                if let problem { CameraProblem(phrase: problem) }
                if isSaving { ProgressView { Text(.photoSaving) } }
                Button(action: shoot) { Label(TextKey.photoShutter.string, systemImage: "camera.fill") }
                    .buttonStyle(WideButton())
                    .disabled(!isReady || isSaving)
                Button {
                    dismiss()
                } label: {
                    Text(.cancel)
                }
                .buttonStyle(WideButton(isProminent: false))
                .disabled(isSaving)
            }
            .padding()
            .background(.regularMaterial)
        }

        private func start() async {
            guard await CameraCapture.permitted() else { return problem = Phrase(.cameraDenied) }
            do {
                try await camera.model.start()
                isReady = true
            } catch CameraError.noCamera {
                problem = Phrase(.cameraMissing)
            } catch {
                problem = Phrase(.cameraFailed)
            }
        }

        private func shoot() {
            isSaving = true
            Task {
                await take(camera.model)
                isSaving = false
                // What went wrong stands beside the question.
                dismiss()
            }
        }
    }
#endif
