import org.gradle.api.file.Directory
import org.gradle.api.GradleException
import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins {
    alias(libs.plugins.android.library)
    `maven-publish`
}

val made: Directory by extra

android {
    namespace = "org.kuager"
    compileSdk = libs.versions.compileSdk.get().toInt()

    defaultConfig {
        minSdk = libs.versions.minSdk.get().toInt()
        // A library's own rules do not reach the app that uses it; these do.
        consumerProguardFiles("consumer-rules.pro")
        ndk {
            abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64", "x86")
        }
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    sourceSets {
        named("main") {
            kotlin.directories += made.dir("kotlin").asFile.path
            jniLibs.directories += made.dir("jniLibs").asFile.path
        }
        named("test") {
            // Without src/test/kotlin: that runs on a plain JVM with JUnit 6, by android/jvm and tests/kotlin/run.
            kotlin.directories.clear()
            kotlin.directories += listOf("src/robolectric/kotlin", "../testing/kotlin")
            resources.directories += "src/robolectric/resources"
        }
    }

    publishing {
        singleVariant("release") {
            withSourcesJar()
        }
    }
}

kotlin {
    explicitApi()
    compilerOptions {
        jvmTarget = JvmTarget.JVM_17
    }
}

dependencies {
    // Flows and suspending functions are in the library's own interface.
    api(libs.coroutines.core)
    implementation(libs.coroutines.android)
    // The archive with the native part for Android; the plain jar has only the one for desktops.
    implementation(variantOf(libs.jna) { artifactType("aar") })
    testImplementation(libs.junit4)
    testImplementation(libs.robolectric)
}

// Without the libraries the build would succeed and the app would crash when it starts.
val libraries = made.dir("jniLibs").asFileTree.matching { include("*/libkuager_ffi.so") }
tasks.named("preBuild") {
    val found = libraries.elements.map { it.size }
    doFirst {
        if (found.get() != 4) throw GradleException("${found.get()} of 4 native libraries are there; run android/package.sh first")
    }
}

publishing {
    publications {
        register<MavenPublication>("release") {
            artifactId = "kuager"
            afterEvaluate { from(components["release"]) }
        }
    }
}
