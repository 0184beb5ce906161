//! How warm the processor of this computer is, where Linux tells.
//!
//! Hardware monitors of processors come first, then thermal zones that are named after one (Linux kernel documentation,
//! "Naming and data format standards for sysfs files" of hwmon, and "Generic Thermal Sysfs driver"): both count thousandths
//! of a degree Celsius. Sensors of disks, batteries and rooms say nothing about code. A virtual machine usually has none.

use std::fs;
use std::path::Path;

/// Names of hardware monitors that sit in a processor.
const MONITORS: [&str; 5] = ["coretemp", "k10temp", "zenpower", "cpu_thermal", "soc_thermal"];
/// Beginnings of the types of thermal zones that are about a processor.
const ZONES: [&str; 4] = ["x86_pkg_temp", "cpu", "soc", "TCPU"];

/// The warmest sensor of the processor below `class`, which is `/sys/class` but for tests: its name and its reading in
/// thousandths of a degree Celsius. Nothing where there is no such sensor.
pub(crate) fn processor(class: &Path) -> Option<(String, i32)> {
    let monitors = folders(&class.join("hwmon")).into_iter().filter_map(|folder| {
        let name = text(&folder.join("name"))?;
        if !MONITORS.contains(&name.as_str()) {
            return None;
        }
        let is_input = |file: &str| file.starts_with("temp") && file.ends_with("_input");
        let readings = names(&folder).into_iter().filter(|file| is_input(file));
        let warmest = readings.filter_map(|file| reading(&folder.join(file))).max()?;
        Some((name, warmest))
    });
    let warmest = monitors.max_by_key(|(_, reading)| *reading);
    warmest.or_else(|| {
        let zones = folders(&class.join("thermal")).into_iter().filter_map(|folder| {
            let kind = text(&folder.join("type"))?;
            let is_processor = ZONES.iter().any(|zone| kind.starts_with(zone));
            Some((is_processor.then_some(kind)?, reading(&folder.join("temp"))?))
        });
        zones.max_by_key(|(_, reading)| *reading)
    })
}

/// A sensor that is switched off answers with an error, and one that is not connected with nonsense.
fn reading(file: &Path) -> Option<i32> {
    text(file)?.parse().ok().filter(|reading| (-60_000..=200_000).contains(reading))
}

fn text(file: &Path) -> Option<String> {
    Some(fs::read_to_string(file).ok()?.trim().to_owned())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

fn folders(folder: &Path) -> Vec<std::path::PathBuf> {
    names(folder).into_iter().map(|name| folder.join(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::processor;
    use std::path::Path;

    fn write(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn the_warmest_sensor_of_the_processor_is_taken_and_no_other() {
        let class = tempfile::tempdir().unwrap();
        let class = class.path();
        assert_eq!(processor(class), None, "no sensor, no temperature");
        write(class, "hwmon/hwmon0/name", "nvme\n");
        write(class, "hwmon/hwmon0/temp1_input", "91000\n");
        write(class, "thermal/thermal_zone0/type", "acpitz\n");
        write(class, "thermal/thermal_zone0/temp", "88000\n");
        assert_eq!(processor(class), None, "disks and rooms say nothing");
        write(class, "thermal/thermal_zone1/type", "x86_pkg_temp\n");
        write(class, "thermal/thermal_zone1/temp", "47000\n");
        assert_eq!(processor(class), Some(("x86_pkg_temp".to_owned(), 47_000)));
        write(class, "hwmon/hwmon1/name", "coretemp\n");
        write(class, "hwmon/hwmon1/temp1_input", "51000\n");
        write(class, "hwmon/hwmon1/temp2_input", "53000\n");
        write(class, "hwmon/hwmon1/temp2_max", "99000\n");
        write(class, "hwmon/hwmon1/temp3_input", "not a number\n");
        write(class, "hwmon/hwmon1/temp4_input", "1000000\n");
        assert_eq!(processor(class), Some(("coretemp".to_owned(), 53_000)));
    }
}
