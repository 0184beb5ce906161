//! A probe-rs debug probe whose cable ends at a [`Board`] in this process.
//!
//! probe-rs sees a CMSIS-DAP-like probe: transactions of the debug port, no bits. With a board in
//! [`hil_emulator::host::Mode::LockStep`] every run of the same program finds the same states.

mod factory;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hil_emulator::cpu::Cpu;
use hil_emulator::debug::dp::{Dap, DapFault, Port};
use hil_emulator::host::Board;
use probe_rs::CoreStatus;

use probe_rs::architecture::arm::sequences::ArmDebugSequence;
use probe_rs::architecture::arm::{
    ArmCommunicationInterface, ArmDebugInterface, ArmError, DapError, DapProbe, RawDapAccess, RegisterAddress,
};
use probe_rs::probe::{DebugProbe, DebugProbeError, Probe, WireProtocol};

pub use factory::{Registration, register};

/// The bit of the reset pin in the arguments of `swj_pins`; the pin is low-active.
const NRESET: u32 = 1 << 7;

/// A probe on a board.
#[derive(Debug)]
pub struct EmulatedProbe {
    board: Board,
    khz: u32,
    /// Its cable was pulled.
    unplugged: Arc<AtomicBool>,
}

impl EmulatedProbe {
    /// A probe on `board`. Several probes on one board share its one debug port; use one at a time.
    #[must_use]
    pub fn new(board: Board) -> Self {
        Self::on_a_cable(board, Arc::default())
    }

    /// The same, with a cable that can be pulled while it is in use: once `unplugged` is set, nothing answers any more.
    #[must_use]
    pub fn on_a_cable(board: Board, unplugged: Arc<AtomicBool>) -> Self {
        Self { board, khz: 4000, unplugged }
    }

    /// Fails as a probe does that is not there any more.
    fn reach(&self) -> Result<&Board, DebugProbeError> {
        if self.unplugged.load(Ordering::SeqCst) {
            let gone = std::io::Error::new(std::io::ErrorKind::NotConnected, "the cable was pulled");
            return Err(DebugProbeError::Usb(gone));
        }
        Ok(&self.board)
    }

    /// The same as probe-rs takes it.
    #[must_use]
    pub fn into_probe_rs(self) -> Probe {
        Probe::from_specific_probe(Box::new(self))
    }

    /// Transactions in one visit. Like other probes, this one clears the sticky flags behind a fault.
    fn transact(&self, work: impl FnOnce(&mut Dap, &mut Cpu) -> Result<(), DapFault>) -> Result<(), ArmError> {
        self.reach()?.access(|target| {
            if target.dark() {
                return Err(ArmError::Dap(DapError::NoAcknowledge));
            }
            let (dap, cpu) = target.debug();
            let done = work(dap, cpu).inspect_err(|DapFault| dap.clear_sticky());
            done.map_err(|DapFault| ArmError::Dap(DapError::FaultResponse))
        })
    }

    fn drive_reset(&self, asserted: bool) {
        self.board.access(|target| target.drive_reset(asserted));
    }
}

impl DebugProbe for EmulatedProbe {
    fn get_name(&self) -> &str {
        "Hilbench emulated board"
    }

    fn speed_khz(&self) -> u32 {
        self.khz
    }

    /// Kept and given back; transactions take no time of the host.
    fn set_speed(&mut self, speed_khz: u32) -> Result<u32, DebugProbeError> {
        self.khz = speed_khz;
        Ok(speed_khz)
    }

    fn attach(&mut self) -> Result<(), DebugProbeError> {
        self.reach().map(|_| ())
    }

    fn detach(&mut self) -> Result<(), probe_rs::Error> {
        Ok(())
    }

    fn target_reset(&mut self) -> Result<(), DebugProbeError> {
        self.drive_reset(true);
        self.drive_reset(false);
        Ok(())
    }

    fn target_reset_assert(&mut self) -> Result<(), DebugProbeError> {
        self.drive_reset(true);
        Ok(())
    }

    fn target_reset_deassert(&mut self) -> Result<(), DebugProbeError> {
        self.drive_reset(false);
        Ok(())
    }

    fn select_protocol(&mut self, protocol: WireProtocol) -> Result<(), DebugProbeError> {
        match protocol {
            WireProtocol::Swd => Ok(()),
            WireProtocol::Jtag => Err(DebugProbeError::UnsupportedProtocol(protocol)),
        }
    }

    fn active_protocol(&self) -> Option<WireProtocol> {
        Some(WireProtocol::Swd)
    }

    fn has_arm_interface(&self) -> bool {
        true
    }

    fn try_get_arm_debug_interface<'probe>(
        self: Box<Self>,
        sequence: Arc<dyn ArmDebugSequence>,
    ) -> Result<Box<dyn ArmDebugInterface + 'probe>, (Box<dyn DebugProbe>, ArmError)> {
        Ok(ArmCommunicationInterface::create(self, sequence, false))
    }

    fn into_probe(self: Box<Self>) -> Box<dyn DebugProbe> {
        self
    }

    fn try_as_dap_probe(&mut self) -> Option<&mut dyn DapProbe> {
        Some(self)
    }

    fn get_target_voltage(&mut self) -> Result<Option<f32>, DebugProbeError> {
        Ok(Some(3.3))
    }
}

impl DapProbe for EmulatedProbe {}

fn place(address: RegisterAddress) -> (Port, u8) {
    (if address.is_ap() { Port::Access } else { Port::Debug }, address.a2_and_3())
}

impl RawDapAccess for EmulatedProbe {
    fn raw_read_register(&mut self, address: RegisterAddress) -> Result<u32, ArmError> {
        let mut value = [0];
        self.raw_read_block(address, &mut value)?;
        Ok(value[0])
    }

    /// One visit for all values, so that a block is as consistent as one word.
    fn raw_read_block(&mut self, address: RegisterAddress, values: &mut [u32]) -> Result<(), ArmError> {
        let (port, register) = place(address);
        self.transact(|dap, cpu| {
            values.iter_mut().try_for_each(|value| {
                *value = dap.read(cpu, port, register)?;
                if port == Port::Access {
                    // Its own result is posted.
                    *value = dap.read(cpu, Port::Debug, 0xC)?;
                }
                Ok(())
            })
        })
    }

    fn raw_write_register(&mut self, address: RegisterAddress, value: u32) -> Result<(), ArmError> {
        self.raw_write_block(address, &[value])
    }

    fn raw_write_block(&mut self, address: RegisterAddress, values: &[u32]) -> Result<(), ArmError> {
        let (port, register) = place(address);
        self.transact(|dap, cpu| {
            values.iter().try_for_each(|value| {
                dap.write(cpu, port, register, *value)?;
                if port == Port::Access {
                    // Only the next transaction says whether the write went through.
                    dap.read(cpu, Port::Debug, 0xC)?;
                }
                Ok(())
            })
        })
    }

    fn jtag_sequence(&mut self, _cycles: u8, _tms: bool, _tdi: u64) -> Result<(), DebugProbeError> {
        Err(DebugProbeError::UnsupportedProtocol(WireProtocol::Jtag))
    }

    /// Line resets and the switch to SWD: there is no line.
    fn swj_sequence(&mut self, _bit_len: u8, _bits: u64) -> Result<(), DebugProbeError> {
        Ok(())
    }

    fn swj_pins(&mut self, pin_out: u32, pin_select: u32, _pin_wait: u32) -> Result<u32, DebugProbeError> {
        if pin_select & NRESET != 0 {
            self.drive_reset(pin_out & NRESET == 0);
        }
        Ok(pin_out)
    }

    fn into_probe(self: Box<Self>) -> Box<dyn DebugProbe> {
        self
    }

    fn core_status_notification(&mut self, _state: CoreStatus) -> Result<(), DebugProbeError> {
        Ok(())
    }
}
