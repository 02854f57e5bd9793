package org.kuager.sample

import android.annotation.TargetApi
import android.content.Context
import android.content.res.ColorStateList
import android.graphics.Typeface
import android.graphics.drawable.GradientDrawable
import android.graphics.drawable.RippleDrawable
import android.os.Build
import android.text.InputType
import android.util.TypedValue
import android.view.Gravity
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.view.inputmethod.EditorInfo
import android.widget.Button
import android.widget.EditText
import android.widget.LinearLayout
import android.widget.TextView

/** How a button or a notice looks; the colours of each are checked for contrast in `tests/android/resources.py`. */
enum class Look(val ground: Int, val ink: Int) {
    /** What to do next. */
    PRIMARY(R.color.primary, R.color.on_primary),

    /** Everything else. */
    PLAIN(R.color.plain, R.color.on_plain),

    /** Something to look at. */
    WARNING(R.color.warning, R.color.on_warning),

    /** What cannot be undone, and what went wrong. */
    DANGER(R.color.danger, R.color.on_danger),

    /** What is done and proven. */
    GOOD(R.color.good, R.color.on_good),
}

/**
 * Makes the few kinds of views there are. Plain framework views, so that the app has no dependency that a reviewer would have to trust.
 * Everything that can be touched is at least `@dimen/touch` high, and sits below the other, where a thumb reaches it.
 */
class Ui(private val context: Context) {
    private val gap = size(R.dimen.gap)

    /** Views below each other. */
    fun column(): LinearLayout = LinearLayout(context).apply {
        orientation = LinearLayout.VERTICAL
        layoutParams = LinearLayout.LayoutParams(MATCH_PARENT, WRAP_CONTENT)
    }

    /** Views beside each other, equally wide when [fill] adds them. */
    fun row(): LinearLayout = LinearLayout(context).apply { layoutParams = LinearLayout.LayoutParams(MATCH_PARENT, WRAP_CONTENT) }

    /** Text to read. */
    fun text(text: CharSequence, textSize: Int = R.dimen.text_body): TextView = TextView(context).apply {
        this.text = text
        setTextColor(context.getColor(R.color.on_background))
        setTextSize(TypedValue.COMPLEX_UNIT_PX, resources.getDimension(textSize))
        layoutParams = below()
    }

    /** A heading; screen readers jump from one to the next. */
    fun heading(text: CharSequence): TextView = text(text, R.dimen.text_heading).apply {
        setTypeface(typeface, Typeface.BOLD)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) sayHeading(this)
    }

    @TargetApi(Build.VERSION_CODES.P)
    private fun sayHeading(view: View) {
        view.isAccessibilityHeading = true
    }

    /** Small print. */
    fun hint(text: CharSequence): TextView = text(text, R.dimen.text_hint)

    /** Text on a ground of its own. A screen reader says it when it changes, in the middle of a word if it is about [Look.DANGER]. */
    fun notice(look: Look, text: CharSequence): TextView = text(text).apply {
        dress(this, look)
        setPadding(gap, gap, gap, gap)
        accessibilityLiveRegion =
            if (look == Look.DANGER) View.ACCESSIBILITY_LIVE_REGION_ASSERTIVE else View.ACCESSIBILITY_LIVE_REGION_POLITE
    }

    /** Something to tap. */
    fun button(look: Look, text: CharSequence, onClick: () -> Unit): Button = Button(context).apply {
        this.text = text
        isAllCaps = false
        setTextSize(TypedValue.COMPLEX_UNIT_PX, resources.getDimension(R.dimen.text_body))
        minHeight = size(R.dimen.touch)
        minimumHeight = size(R.dimen.touch)
        gravity = Gravity.CENTER
        stateListAnimator = null
        layoutParams = below()
        dress(this, look)
        setPadding(gap, gap / 2, gap, gap / 2)
        setOnClickListener { onClick() }
    }

    /** A field to type in. */
    fun field(inputType: Int = InputType.TYPE_CLASS_TEXT): EditText = EditText(context).apply {
        this.inputType = inputType
        // What an observer types goes to no keyboard's dictionary or cloud.
        imeOptions = EditorInfo.IME_FLAG_NO_PERSONALIZED_LEARNING
        importantForAutofill = View.IMPORTANT_FOR_AUTOFILL_NO_EXCLUDE_DESCENDANTS
        setTextColor(context.getColor(R.color.on_background))
        setHintTextColor(context.getColor(R.color.on_background))
        setTextSize(TypedValue.COMPLEX_UNIT_PX, resources.getDimension(R.dimen.text_body))
        minimumHeight = size(R.dimen.touch)
        layoutParams = below()
        // The text is in the store or nowhere: not in the saved state of the system's process.
        isSaveEnabled = false
    }

    /** A field for what nobody else should read. */
    fun secret(): EditText = field(InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_VARIATION_PASSWORD)

    /** Colours of [look] on [view]. */
    fun dress(view: TextView, look: Look) {
        view.setTextColor(context.getColor(look.ink))
        val shape = GradientDrawable().apply {
            setColor(context.getColor(look.ground))
            cornerRadius = gap / 2f
            setStroke(size(R.dimen.line), context.getColor(R.color.on_plain))
        }
        view.background = if (view is Button) RippleDrawable(ColorStateList.valueOf(RIPPLE), shape, null) else shape
    }

    /** Adds views to a row, equally wide. */
    fun fill(row: LinearLayout, views: List<View>) {
        views.forEach { view ->
            row.addView(view, LinearLayout.LayoutParams(0, MATCH_PARENT, 1f).apply { setMargins(0, gap / 2, gap / 2, gap / 2) })
        }
    }

    /** Moves a view in by [depth] steps: where a group ends can be seen. */
    fun indent(view: View, depth: Int) {
        (view.layoutParams as LinearLayout.LayoutParams).marginStart = depth * gap
    }

    private fun below() = LinearLayout.LayoutParams(MATCH_PARENT, WRAP_CONTENT).apply { setMargins(0, gap / 2, 0, gap / 2) }

    private fun size(dimension: Int): Int = context.resources.getDimensionPixelSize(dimension)

    private companion object {
        const val RIPPLE = 0x33808080
    }
}
