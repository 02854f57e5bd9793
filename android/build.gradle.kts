import org.gradle.api.GradleException

// The Android plugin compiles Kotlin itself, with the compiler that stands here.
buildscript {
    dependencies {
        classpath(libs.kotlin.gradle)
    }
}

plugins {
    alias(libs.plugins.android.library) apply false
    alias(libs.plugins.android.application) apply false
}

// One version for the core and for both shells: the workspace's.
val cargo = providers.fileContents(layout.projectDirectory.file("../Cargo.toml")).asText
val release = cargo.map { text ->
    Regex("""\[workspace\.package]\s*\nversion = "([^"]+)"""").find(text)?.groupValues?.get(1)
        ?: throw GradleException("Cargo.toml names no version for the workspace")
}

// What android/package.sh makes: native libraries, and the Kotlin code that belongs to exactly these.
val made = layout.projectDirectory.dir("../target/android/package")

allprojects {
    group = "org.kuager"
    version = release.get()
    extra["made"] = made
    layout.buildDirectory = rootProject.layout.projectDirectory.dir("../target/gradle/${name}")
}
