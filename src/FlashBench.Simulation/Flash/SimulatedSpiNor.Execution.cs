// What an instruction does when its frame has ended. What is modelled stands in SimulatedSpiNor.cs.
using FlashBench.Simulation.State;

namespace FlashBench.Simulation.Flash;

public sealed partial class SimulatedSpiNor
{
    private void Execute(long at, bool resetEnabled)
    {
        bool exact = _dataCount == 0;
        switch (_instruction.Action)
        {
            case SpiNorAction.WriteEnable when exact: EnableWrites(); break;
            case SpiNorAction.WriteDisable when exact: _registers.WriteEnabled = false; break;
            case SpiNorAction.WriteEnableVolatile when exact && !Faults.IgnoresWriteEnable:
                _registers.VolatileEnabled = true;
                return;
            case SpiNorAction.WriteStatus: WriteStatus(at); break;
            case SpiNorAction.WriteExtendedAddress when _dataCount == 1: WriteExtendedAddress(); break;
            case SpiNorAction.Program when !exact: Program(at); break;
            case SpiNorAction.ProgramSecurity when !exact: ChangeSecurity(at, program: true); break;
            case SpiNorAction.Erase when exact && _instruction.Erase is { } erase:
                Erase(at, erase.SizeBytes, erase.Time);
                break;
            case SpiNorAction.EraseSecurity when exact: ChangeSecurity(at, program: false); break;
            case SpiNorAction.ChipErase when exact: Erase(at, _part.SizeBytes, _part.ChipErase); break;
            case SpiNorAction.EnterFourByte or SpiNorAction.LeaveFourByte when exact: SwitchAddressMode(); break;
            default: ExecutePowerAndReset(at, exact, resetEnabled); break;
        }

        _registers.VolatileEnabled = false; // 50h counts for the very next instruction only
    }

    private void ExecutePowerAndReset(long at, bool exact, bool resetEnabled)
    {
        switch (_instruction.Action)
        {
            case SpiNorAction.PowerDown when exact: SetPowerDown(true, at + Ticks(PowerDownTime)); break;
            case SpiNorAction.Release when _poweredDown: SetPowerDown(false, at + Ticks(ReleaseTime)); break;
            case SpiNorAction.EnableReset when exact: _resetEnabled = true; break;
            case SpiNorAction.Reset when exact && resetEnabled: Restart(at + Ticks(ResetTime), false); break;
            default: break;
        }
    }

    private void EnableWrites() => _registers.WriteEnabled |= !Faults.IgnoresWriteEnable;

    private void SetPowerDown(bool down, long readyAt) => (_poweredDown, _deafUntil) = (down, readyAt);

    private void SwitchAddressMode()
    {
        bool enter = _instruction.Action == SpiNorAction.EnterFourByte;
        if (_part.Has(FourByteAddressing.ModeNeedsWriteEnable))
        {
            if (!_registers.WriteEnabled)
                return;
            _registers.WriteEnabled = false;
        }

        if (!enter && _registers.FourByteMode && _part.Has(FourByteAddressing.LeavesRegisterSet))
            _registers.ExtendedAddress = 1;
        _registers.FourByteMode = enter;
    }

    private void WriteExtendedAddress()
    {
        if (!_registers.WriteEnabled)
            return;
        (_registers.ExtendedAddress, _registers.WriteEnabled) = (_statusData[0], false);
    }

    private void Program(long at)
    {
        uint page = _address - _address % (uint)_page.Length;
        if (!_registers.WriteEnabled || _registers.Protects(page, (uint)_page.Length))
            return; // the part stays silent too, and WEL stays as it was
        var operation = new SpiNorOperation(SpiNorOperationKind.Program, page, _page.Length, _page.ToArray());
        Start(operation, at, _part.PageProgram);
    }

    private void Erase(long at, uint size, PartTime time)
    {
        uint start = _instruction.Action == SpiNorAction.ChipErase ? 0 : _address - _address % size;
        if (!_registers.WriteEnabled || _registers.Protects(start, size))
            return;
        Start(new SpiNorOperation(SpiNorOperationKind.Erase, start, (int)size, default), at, time);
    }

    private void ChangeSecurity(long at, bool program)
    {
        int index = SecurityRegisters.IndexOf(_address);
        if (!_registers.WriteEnabled || index < 0 || (_registers.LockedSecurity >> index & 1) != 0)
            return;
        var operation = new SpiNorOperation(
            program ? SpiNorOperationKind.ProgramSecurity : SpiNorOperationKind.EraseSecurity,
            (uint)(index * SecurityRegisters.SizeBytes), SecurityRegisters.SizeBytes,
            program ? _page.ToArray() : default);
        Start(operation, at, program ? _part.PageProgram : _part.Erases[0].Time);
    }

    // 01h takes one or two bytes (SR1 and what follows it), 31h and 11h one.
    private void WriteStatus(long at)
    {
        long bytesMax = _instruction.Register == 0 ? 2 : 1;
        if (_dataCount < 1 || _dataCount > bytesMax || _registers.RefusesWrite(WriteProtectLow))
            return;
        byte[] merged = _registers.Merge(_instruction.Register, _statusData.AsSpan(0, (int)_dataCount));
        if (_registers.VolatileEnabled)
        {
            _registers.SetVolatile(merged);
        }
        else if (_registers.WriteEnabled)
        {
            var operation = new SpiNorOperation(SpiNorOperationKind.WriteStatus, 0, merged.Length, merged);
            Start(operation, at, _part.StatusWrite);
        }
    }
}
