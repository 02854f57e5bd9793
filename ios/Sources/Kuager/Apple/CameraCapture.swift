#if canImport(AVFoundation) && canImport(UIKit)
    @preconcurrency import AVFoundation
    import Foundation

    /// Takes photos as JPEG files of the app's own, with the bytes the camera gave: nothing decodes and encodes them again, and
    /// the photo library never sees them.
    ///
    /// JPEG instead of HEIC, because the core makes previews of JPEG itself.
    public final class CameraCapture: @unchecked Sendable {
        /// What the preview shows.
        public let session = AVCaptureSession()

        private let output = AVCapturePhotoOutput()
        /// Everything that touches the session or the state below happens here, which is what makes the class `Sendable`:
        /// starting a session blocks, and must not happen on the main thread.
        private let queue = DispatchQueue(label: "org.kuager.camera")
        private var camera: AVCaptureDevice?
        private var photos: [Int64: PhotoWriter] = [:]
        /// The system's `RotationCoordinator`, where it has one.
        private var rotation: AnyObject?

        /// A camera that is not running yet.
        public init() {}

        /// Asks the person for the camera, the first time.
        ///
        /// - Returns: Whether it may be used.
        public static func permitted() async -> Bool {
            await AVCaptureDevice.requestAccess(for: .video)
        }

        /// Starts the camera. Safe to call twice.
        ///
        /// - Throws: ``CameraError/noCamera``, and what the system answers.
        public func start() async throws {
            try await onQueue { [self] in
                if camera == nil { try configure() }
                if !session.isRunning { session.startRunning() }
            }
        }

        /// Stops the camera. Safe to call twice.
        public func stop() {
            queue.async { [self] in
                if session.isRunning { session.stopRunning() }
            }
        }

        /// Takes a photo into a file, such as one of ``CaptureFolder/newFile(draft:label:)``.
        ///
        /// - Throws: ``CameraError``, and what the camera or the file system answers; there is no file then.
        public func takePhoto(to file: URL) async throws {
            try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
                queue.async { [self] in
                    guard session.isRunning else { return done.resume(throwing: CameraError.notRunning) }
                    let settings = AVCapturePhotoSettings(format: [AVVideoCodecKey: AVVideoCodecType.jpeg])
                    if output.supportedFlashModes.contains(.auto) { settings.flashMode = .auto }
                    let number = settings.uniqueID
                    let writer = PhotoWriter(file) { [self] result in
                        queue.async { self.photos[number] = nil }
                        done.resume(with: result)
                    }
                    // The output does not keep its delegate.
                    photos[number] = writer
                    turn()
                    output.capturePhoto(with: settings, delegate: writer)
                }
            }
        }

        private func configure() throws {
            guard let camera = AVCaptureDevice.default(.builtInWideAngleCamera, for: .video, position: .back) else {
                throw CameraError.noCamera
            }
            let input = try AVCaptureDeviceInput(device: camera)
            session.beginConfiguration()
            defer { session.commitConfiguration() }
            session.sessionPreset = .photo
            guard session.canAddInput(input), session.canAddOutput(output) else { throw CameraError.noCamera }
            session.addInput(input)
            session.addOutput(output)
            if #available(iOS 17, *) {
                rotation = AVCaptureDevice.RotationCoordinator(device: camera, previewLayer: nil)
            }
            self.camera = camera
        }

        /// Says in the photo which way is up, so that a page photographed sideways is shown upright.
        private func turn() {
            guard let connection = output.connection(with: .video) else { return }
            if #available(iOS 17, *), let rotation = rotation as? AVCaptureDevice.RotationCoordinator {
                let angle = rotation.videoRotationAngleForHorizonLevelCapture
                if connection.isVideoRotationAngleSupported(angle) { connection.videoRotationAngle = angle }
            } else if connection.isVideoOrientationSupported {
                connection.videoOrientation = .portrait
            }
        }

        private func onQueue(_ work: @escaping @Sendable () throws -> Void) async throws {
            try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
                queue.async { done.resume(with: Result(catching: work)) }
            }
        }
    }

    /// Why there is no photo.
    public enum CameraError: Error, Hashable, Sendable {
        /// The device has no camera that can be used, as the simulator.
        case noCamera
        /// The camera was not started, or another app took it.
        case notRunning
        /// The camera gave no picture.
        case noPicture
    }

    /// Writes one photo.
    private final class PhotoWriter: NSObject, AVCapturePhotoCaptureDelegate, @unchecked Sendable {
        private let file: URL
        private let done: @Sendable (Result<Void, any Error>) -> Void
        /// Set and read by the output's callbacks only, which come one after the other.
        private var result: Result<Void, any Error> = .failure(CameraError.noPicture)

        init(_ file: URL, done: @escaping @Sendable (Result<Void, any Error>) -> Void) {
            self.file = file
            self.done = done
        }

        func photoOutput(
            _ output: AVCapturePhotoOutput, didFinishProcessingPhoto photo: AVCapturePhoto, error: (any Error)?
        ) {
            result = Result {
                if let error { throw error }
                guard let jpeg = photo.fileDataRepresentation() else { throw CameraError.noPicture }
                try jpeg.write(to: file, options: [.atomic, .completeFileProtectionUntilFirstUserAuthentication])
            }
        }

        /// The last callback of a photo, also of one that failed.
        func photoOutput(
            _ output: AVCapturePhotoOutput, didFinishCaptureFor settings: AVCaptureResolvedPhotoSettings,
            error: (any Error)?
        ) {
            if let error, case .success = result { result = .failure(error) }
            done(result)
        }
    }
#endif
