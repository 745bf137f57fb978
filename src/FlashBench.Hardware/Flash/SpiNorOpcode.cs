namespace FlashBench.Hardware.Flash;

/// <summary>Instruction bytes of 25-series SPI NOR chips.</summary>
/// <remarks>Source: Winbond W25Q64JV, W25Q128JV, W25Q256JV datasheets, instruction set tables; spi-flash 1.6.</remarks>
internal static class SpiNorOpcode
{
    public const byte WriteStatus1 = 0x01;
    public const byte PageProgram = 0x02;
    public const byte ReadData = 0x03;
    public const byte WriteDisable = 0x04;
    public const byte ReadStatus1 = 0x05;
    public const byte WriteEnable = 0x06;
    public const byte WriteStatus3 = 0x11;
    public const byte PageProgramFourByte = 0x12;
    public const byte ReadDataFourByte = 0x13;
    public const byte ReadStatus3 = 0x15;
    public const byte WriteBankRegister = 0x17;
    public const byte WriteStatus2 = 0x31;
    public const byte ReadStatus2 = 0x35;
    public const byte ReadBlockLock = 0x3D;
    public const byte ReadFunctionRegister = 0x48; // ISSI only: elsewhere it reads a security register
    public const byte ReadUniqueId = 0x4B;
    public const byte VolatileWriteEnable = 0x50;
    public const byte ClearFlagStatus = 0x50; // Micron only
    public const byte ReadSfdp = 0x5A;
    public const byte EnableReset = 0x66;
    public const byte ReadFlagStatus = 0x70;
    public const byte Reset = 0x99;
    public const byte ReadJedecId = 0x9F;
    public const byte ReleasePowerDown = 0xAB;
    public const byte EnterFourByteMode = 0xB7;
    public const byte WriteExtendedAddress = 0xC5;
    public const byte ReadExtendedAddress = 0xC8;
    public const byte LeaveFourByteMode = 0xE9;
    public const byte LeaveContinuousRead = 0xFF;
}
