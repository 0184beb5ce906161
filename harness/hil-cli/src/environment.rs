//! The machine and the build, for the run's provenance. Host and user names are never read.

use hil_model::run::Environment;

/// Looks at this machine. `clocks` are added by the run, once agents have said what they count with.
#[must_use]
pub fn look() -> Environment {
    let refresh = sysinfo::RefreshKind::nothing()
        .with_memory(sysinfo::MemoryRefreshKind::nothing().with_ram())
        .with_cpu(sysinfo::CpuRefreshKind::nothing());
    let system = sysinfo::System::new_with_specifics(refresh);
    let unknown = || "unknown".to_owned();
    let cpu = system.cpus().first().map(|cpu| cpu.brand().trim().to_owned()).filter(|brand| !brand.is_empty());
    let os = sysinfo::System::long_os_version().unwrap_or_else(|| std::env::consts::OS.to_owned());
    let kernel = sysinfo::System::kernel_version().unwrap_or_else(unknown);
    Environment {
        hil: env!("CARGO_PKG_VERSION").to_owned(),
        os: format!("{os}, kernel {kernel}"),
        arch: std::env::consts::ARCH.to_owned(),
        cpu: cpu.unwrap_or_else(unknown),
        cores: cores(),
        memory_bytes: system.total_memory(),
        rustc: env!("HIL_RUSTC").to_owned(),
        clocks: Vec::new(),
        builds: Vec::new(),
    }
}

/// The machine of figures that were imported: nothing is known about it, and this one is not it.
#[must_use]
pub fn unknown() -> Environment {
    let unknown = || "unknown (imported)".to_owned();
    Environment {
        hil: env!("CARGO_PKG_VERSION").to_owned(),
        os: unknown(),
        arch: unknown(),
        cpu: unknown(),
        cores: 0,
        memory_bytes: 0,
        rustc: env!("HIL_RUSTC").to_owned(),
        clocks: Vec::new(),
        builds: Vec::new(),
    }
}

/// Cores that this process may use, which a container or an affinity mask can make fewer than there are.
#[must_use]
pub fn cores() -> u32 {
    std::thread::available_parallelism().ok().and_then(|cores| u32::try_from(cores.get()).ok()).unwrap_or(1)
}
