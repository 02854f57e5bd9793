#if canImport(SwiftUI) && canImport(AVFoundation) && canImport(UIKit)
    @preconcurrency import AVFoundation
    import Kuager
    import SampleModel
    import SwiftUI

    /// Looks for a QR code. Nothing is recorded.
    struct ScannerView: View {
        let found: @MainActor (String) -> Void
        @Environment(\.dismiss) private var dismiss
        @StateObject private var scanner = Kept(Scanner())
        @State private var problem: Phrase?

        var body: some View {
            CameraPreview(session: scanner.model.session)
                .ignoresSafeArea()
                .overlay(alignment: .bottom) {
                    VStack(spacing: 12) {
                        if let problem { CameraProblem(phrase: problem) } else { Text(.inviteAim).font(.headline) }
                        Button {
                            dismiss()
                        } label: {
                            Text(.cancel)
                        }.buttonStyle(WideButton())
                    }
                    .padding()
                    .background(.regularMaterial)
                }
                .task { await scan() }
                .onDisappear { scanner.model.stop() }
        }

        private func scan() async {
            guard await CameraCapture.permitted() else { return problem = Phrase(.cameraDenied) }
            guard let codes = await scanner.model.codes() else { return problem = Phrase(.cameraMissing) }
            for await code in codes { found(code) }
        }
    }

    /// Why there is no picture, and the way to the settings where the person can change it.
    struct CameraProblem: View {
        let phrase: Phrase
        @Environment(\.openURL) private var openURL

        var body: some View {
            ProblemLabel(phrase: phrase)
            if phrase == Phrase(.cameraDenied), let settings = URL(string: UIApplication.openSettingsURLString) {
                Button {
                    openURL(settings)
                } label: {
                    Text(.openSettings)
                }.buttonStyle(WideButton(isProminent: false))
            }
        }
    }

    /// A session that reads QR codes. Everything happens on its queue, since starting blocks.
    private final class Scanner: NSObject, AVCaptureMetadataOutputObjectsDelegate, @unchecked Sendable {
        let session = AVCaptureSession()
        private let queue = DispatchQueue(label: "org.kuager.sample.scanner")
        private var codes: AsyncStream<String>.Continuation?

        /// Starts, and gives each code that is seen; nothing where there is no camera.
        func codes() async -> AsyncStream<String>? {
            let (stream, continuation) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(1))
            let works = await withCheckedContinuation { (done: CheckedContinuation<Bool, Never>) in
                queue.async { [self] in
                    codes = continuation
                    done.resume(returning: start())
                }
            }
            return works ? stream : nil
        }

        func stop() {
            queue.async { [self] in
                codes?.finish()
                if session.isRunning { session.stopRunning() }
            }
        }

        func metadataOutput(
            _ output: AVCaptureMetadataOutput, didOutput objects: [AVMetadataObject], from connection: AVCaptureConnection
        ) {
            for case let code as AVMetadataMachineReadableCodeObject in objects {
                if let text = code.stringValue { codes?.yield(text) }
            }
        }

        private func start() -> Bool {
            let output = AVCaptureMetadataOutput()
            guard let camera = AVCaptureDevice.default(for: .video), let input = try? AVCaptureDeviceInput(device: camera),
                session.canAddInput(input), session.canAddOutput(output)
            else { return session.isRunning }
            session.addInput(input)
            session.addOutput(output)
            output.setMetadataObjectsDelegate(self, queue: queue)
            output.metadataObjectTypes = [.qr]
            session.startRunning()
            return true
        }
    }

    /// What the camera sees.
    struct CameraPreview: UIViewRepresentable {
        let session: AVCaptureSession

        func makeUIView(context: Context) -> PreviewView {
            let view = PreviewView(session)
            view.isAccessibilityElement = false
            return view
        }

        func updateUIView(_ view: PreviewView, context: Context) {}

        /// A view that keeps its layer as large as itself.
        final class PreviewView: UIView {
            private let preview: AVCaptureVideoPreviewLayer

            init(_ session: AVCaptureSession) {
                preview = AVCaptureVideoPreviewLayer(session: session)
                preview.videoGravity = .resizeAspectFill
                super.init(frame: .zero)
                layer.addSublayer(preview)
            }

            @available(*, unavailable)
            required init?(coder: NSCoder) { nil }

            override func layoutSubviews() {
                super.layoutSubviews()
                preview.frame = bounds
            }
        }
    }
#endif
