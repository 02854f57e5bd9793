import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins {
    alias(libs.plugins.android.application)
}

android {
    namespace = "org.kuager.sample"
    compileSdk = libs.versions.compileSdk.get().toInt()

    defaultConfig {
        applicationId = "org.kuager.sample"
        minSdk = libs.versions.minSdk.get().toInt()
        targetSdk = libs.versions.targetSdk.get().toInt()
        versionName = version.toString()
        // 1.2.3 becomes 1002003.
        versionCode = versionName!!.substringBefore('-').split('.').fold(0) { code, part -> code * 1000 + part.toInt() }
    }

    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"))
        }
    }

    androidResources {
        localeFilters += listOf("kk", "ru", "en")
    }

    bundle {
        // An observer who changes the language has no network to fetch it with.
        language { enableSplit = false }
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    sourceSets {
        named("test") {
            kotlin.directories += "../testing/kotlin"
        }
    }

    testOptions {
        unitTests.isIncludeAndroidResources = true
        unitTests.all { test ->
            // The core and a coordinator as built for this machine: cargo build -p kuager-ffi -p kuager-tests
            test.systemProperty("jna.library.path", rootDir.resolve("../target/debug").path)
            test.systemProperty("kuager.host", rootDir.resolve("../target/debug/test-host").path)
        }
    }
}

kotlin {
    compilerOptions {
        jvmTarget = JvmTarget.JVM_17
    }
}

dependencies {
    implementation(project(":kuager"))
    implementation(libs.coroutines.android)
    implementation(libs.zxing)
    testImplementation(libs.junit4)
    testImplementation(libs.robolectric)
    // The archive that the library brings has no native part for a desktop.
    testImplementation(libs.jna)
}
