package org.kuager.sample

import android.annotation.TargetApi
import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Intent
import android.os.Build
import android.os.Bundle
import android.view.View
import android.view.WindowInsets
import android.view.WindowManager
import android.widget.LinearLayout
import android.widget.ScrollView
import android.widget.TextView
import android.window.OnBackInvokedCallback
import android.window.OnBackInvokedDispatcher
import java.io.IOException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.withLock
import org.kuager.KuagerException
import org.kuager.Observer
import org.kuager.android.AndroidConnectivity
import org.kuager.android.PhotoCapture
import org.kuager.android.SyncSchedule
import org.kuager.networkChanged

/** The one activity: a stack of screens, the camera, and delivery while it is in front. */
class MainActivity : Activity() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private var visible: CoroutineScope? = null
    private var following: CoroutineScope? = null
    private val stack = ArrayDeque<Route>()
    private var screen: Screen? = null
    private var shot: PendingShot? = null
    private var scan: String? = null

    /** The store was open before: what is on the screen is out of it. */
    private var wasOpen = false

    private lateinit var titleView: TextView
    private lateinit var notice: TextView
    private lateinit var body: LinearLayout
    private lateinit var actions: LinearLayout

    /** The camera. */
    val capture: PhotoCapture by lazy { PhotoCapture(this) }

    /** The app. */
    val app: SampleApp get() = application as SampleApp

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        // No screenshots, and nothing to see in the list of recent apps: a phone may be in other hands.
        window.setFlags(WindowManager.LayoutParams.FLAG_SECURE, WindowManager.LayoutParams.FLAG_SECURE)
        stack += state?.getStringArrayList(STACK)?.map(Route::of) ?: listOf(Route(Route.To.HOME))
        shot = state?.getStringArray(SHOT)?.let { PendingShot.of(it) }
        scan = state?.getString(SCANNED)
        build()
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) handleBack()
        if (state == null) invited(intent)
        render()
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        invited(intent)
    }

    override fun onSaveInstanceState(state: Bundle) {
        super.onSaveInstanceState(state)
        state.putStringArrayList(STACK, ArrayList(stack.map(Route::toString)))
        shot?.let { state.putStringArray(SHOT, it.toArray()) }
        state.putString(SCANNED, scan)
    }

    override fun onStart() {
        super.onStart()
        // Locked meanwhile: nothing of it is seen while the passcode is asked for.
        if (wasOpen && app.observers.current == null) blank()
        visible = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate).also { scope ->
            scope.launch { open(scope) }
        }
    }

    override fun onStop() {
        visible?.cancel()
        visible = null
        // What is left goes on without the screen. After wiping there is nothing left, and a job would make a new store.
        if (app.observers.current != null) SyncSchedule(this).soon()
        super.onStop()
    }

    override fun onDestroy() {
        scope.cancel()
        super.onDestroy()
    }

    /** Opens the store and delivers for as long as the screen is visible. */
    private suspend fun open(scope: CoroutineScope) {
        val observer = try {
            app.observers.get()
        } catch (error: KuagerException) {
            if (error.code == LOCKED) show(UnlockScreen(this)) else cannotOpen(error)
            return
        }
        if (wasOpen && screen == null) render()
        wasOpen = true
        follow(scope, observer)
        scope.launch {
            try {
                observer.run()
            } catch (error: KuagerException) {
                if (error.code != CLOSED) say(Look.DANGER, Phrases(this@MainActivity).error(error.code))
            }
        }
        AndroidConnectivity(this).changes().collect {
            try {
                observer.networkChanged()
            } catch (error: KuagerException) {
                if (error.code != CLOSED) say(Look.DANGER, Phrases(this).error(error.code))
            }
        }
    }

    private fun blank() {
        screen = null
        body.removeAllViews()
        actions.removeAllViews()
    }

    /**
     * Opens the store with what was typed, and shows what was shown before.
     *
     * @throws KuagerException as `Observer.open`.
     */
    suspend fun enter(passcode: String) {
        val observer = app.observers.get(passcode)
        // A store that follows no invite has nothing to photograph for and no station to be at, however it came to be like that.
        if (observer.status().deployment == null) {
            capture.discardAll()
            stack.clear()
            stack += Route(Route.To.HOME)
        }
        visible?.let { scope -> scope.launch { open(scope) } }
        render()
    }

    private fun cannotOpen(error: KuagerException) {
        say(Look.DANGER, Phrases(this).error(error.code))
        actions.removeAllViews()
        val ui = Ui(this)
        actions.addView(ui.button(Look.PLAIN, getString(R.string.wipe)) { go(Route(Route.To.WIPE)) })
        actions.addView(ui.button(Look.PRIMARY, getString(R.string.try_again)) { recreate() })
    }

    /** Goes to a screen. */
    fun go(route: Route) {
        if (stack.last().to == route.to) stack.removeLast()
        stack += route
        render()
    }

    /** Goes back to the beginning, with a station to work at. */
    fun home(station: String? = stack.firstOrNull()?.about) {
        stack.clear()
        stack += Route(Route.To.HOME, station)
        render()
    }

    /** Says something above the buttons; nothing takes it away again. */
    fun say(look: Look, text: CharSequence?) {
        notice.visibility = if (text == null) View.GONE else View.VISIBLE
        Ui(this).dress(notice, look)
        notice.text = text ?: ""
    }

    /** Does something with the observer; what goes wrong is said. */
    fun act(work: suspend (Observer) -> Unit): Unit = actWithout { work(app.observers.get()) }

    /** Changes a draft, after all changes before, also when the activity goes away meanwhile. */
    fun save(work: suspend (Observer) -> Unit): Unit = run(app.scope) { app.saving.withLock { work(app.observers.get()) } }

    /** As [act], for what does not need the store, which may not open. */
    fun actWithout(work: suspend () -> Unit): Unit = run(scope, work)

    private fun run(scope: CoroutineScope, work: suspend () -> Unit) {
        scope.launch {
            try {
                work()
            } catch (error: KuagerException) {
                say(Look.DANGER, Phrases(this@MainActivity).error(error.code))
            } catch (_: IOException) {
                say(Look.DANGER, Phrases(this@MainActivity).error("disk_full"))
            } catch (_: ActivityNotFoundException) {
                say(Look.DANGER, getString(R.string.no_camera_app))
            }
        }
    }

    /** Opens the camera for a question of a draft; afterwards the draft is shown. */
    fun photograph(draft: String, label: String?): Unit = act { observer ->
        val begun = capture.begin(observer, draft, label)
        shot = PendingShot(draft, label, begun.name, begun.token)
        start(begun.intent, PHOTO)
    }

    /** Opens the camera for the QR code of an invite. */
    fun scan(): Unit = actWithout {
        val begun = capture.scratch()
        scan = begun.name
        start(begun.intent, SCAN)
    }

    @Suppress("DEPRECATION") // The result API that replaces it is androidx.
    private fun start(intent: Intent, request: Int) {
        startActivityForResult(intent, request)
    }

    @Deprecated("Deprecated in Java")
    @Suppress("DEPRECATION")
    override fun onActivityResult(requestCode: Int, resultCode: Int, data: Intent?) {
        super.onActivityResult(requestCode, resultCode, data)
        when (requestCode) {
            PHOTO -> taken()
            SCAN -> scanned()
        }
    }

    private fun taken() {
        val taken = shot ?: return
        shot = null
        act { observer ->
            val attached = capture.finish(observer, taken.draft, taken.name, taken.token, taken.label)
            if (stack.last().to != Route.To.FORM) go(Route(Route.To.FORM, taken.draft))
            if (attached != null) Phrases(this).photo(attached).let { (look, text) -> say(look, text) }
        }
    }

    private fun scanned() {
        val name = scan ?: return
        scan = null
        actWithout {
            val text = capture.readScratch(name, QrReader::read)
            if (text == null) say(Look.WARNING, getString(R.string.no_code)) else go(Route(Route.To.JOIN, text))
        }
    }

    /** An invite that came as a link. */
    private fun invited(intent: Intent) {
        val link = intent.data?.toString() ?: return
        go(Route(Route.To.JOIN, link))
    }

    private fun show(shown: Screen) {
        say(Look.PLAIN, null)
        blank()
        screen = shown
        titleView.text = shown.title
        title = shown.title
        shown.show(body, actions)
    }

    private fun render() {
        show(make(stack.last()))
        if (stack.size > 1) actions.addView(Ui(this).button(Look.PLAIN, getString(R.string.back)) { back() })
        val scope = visible ?: return
        app.observers.current?.let { follow(scope, it) }
    }

    /** Lets the screen that is shown follow the store, and no other. */
    private fun follow(visible: CoroutineScope, observer: Observer) {
        following?.cancel()
        following = CoroutineScope(visible.coroutineContext + Job(visible.coroutineContext[Job]))
            .also { screen?.follow(it, observer) }
    }

    private fun make(route: Route): Screen = when (route.to) {
        Route.To.HOME -> HomeScreen(this, route.about)
        Route.To.INVITE -> InviteScreen(this)
        Route.To.JOIN -> JoinScreen(this, route.about.orEmpty())
        Route.To.STATION -> StationScreen(this)
        Route.To.FORM -> FormScreen(this, route.about.orEmpty())
        Route.To.OUTBOX -> OutboxScreen(this)
        Route.To.RECORD -> RecordScreen(this, route.about.orEmpty())
        Route.To.MESSAGES -> MessagesScreen(this)
        Route.To.PASSCODE -> PasscodeScreen(this)
        Route.To.WIPE -> WipeScreen(this)
    }

    private fun build() {
        val ui = Ui(this)
        titleView = ui.heading("")
        notice = ui.notice(Look.PLAIN, "")
        body = ui.column()
        actions = ui.column()
        val scroll = ScrollView(this).apply {
            id = R.id.scroll // With an id, the system keeps the place when the phone is turned.
            addView(body)
        }
        val root = ui.column().apply {
            val gap = resources.getDimensionPixelSize(R.dimen.gap)
            addView(titleView)
            addView(scroll, LinearLayout.LayoutParams(LinearLayout.LayoutParams.MATCH_PARENT, 0, 1f))
            addView(notice)
            addView(actions)
            setPadding(gap, gap, gap, gap)
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
                setOnApplyWindowInsetsListener { view, insets -> makeRoom(view, insets, gap) }
            }
        }
        setContentView(root)
    }

    /**
     * From Android 15 on, apps draw below the bars and the keyboard and have to make room themselves; before, nothing is left to make room
     * for.
     */
    @TargetApi(Build.VERSION_CODES.R)
    private fun makeRoom(view: View, insets: WindowInsets, gap: Int): WindowInsets {
        val edge = insets.getInsets(WindowInsets.Type.systemBars() or WindowInsets.Type.displayCutout() or WindowInsets.Type.ime())
        view.setPadding(gap + edge.left, gap + edge.top, gap + edge.right, gap + edge.bottom)
        return WindowInsets.CONSUMED
    }

    private fun back() {
        if (stack.size == 1) {
            finish()
            return
        }
        stack.removeLast()
        render()
    }

    @TargetApi(Build.VERSION_CODES.TIRAMISU)
    private fun handleBack() = onBackInvokedDispatcher.registerOnBackInvokedCallback(
        OnBackInvokedDispatcher.PRIORITY_DEFAULT,
        OnBackInvokedCallback(::back),
    )

    @Deprecated("Deprecated in Java")
    @Suppress("DEPRECATION")
    override fun onBackPressed() {
        back() // Only before Android 13; the callback above serves later.
    }

    private companion object {
        const val PHOTO = 1
        const val SCAN = 2
        const val CLOSED = "store_closed"
        const val LOCKED = "passcode_needed"
        const val STACK = "stack"
        const val SHOT = "shot"
        const val SCANNED = "scan"
    }
}

/** A photo that the camera is taking; outlives the process, except that its token then counts for nothing. */
private data class PendingShot(val draft: String, val label: String?, val name: String, val token: String?) {
    fun toArray(): Array<String?> = arrayOf(draft, label, name, token)

    companion object {
        fun of(saved: Array<String?>): PendingShot? {
            val (draft, label, name, token) = saved
            return PendingShot(draft ?: return null, label, name ?: return null, token)
        }
    }
}
