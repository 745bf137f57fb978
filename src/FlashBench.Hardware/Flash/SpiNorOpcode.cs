namespace FlashBench.Hardware.Flash;

/// <summary>Instruction bytes of 25-series SPI NOR chips.</summary>
/// <remarks>Source: Winbond W25Q64JV and W25Q128JV datasheets, instruction set table.</remarks>
internal static class SpiNorOpcode
{
    public const byte PageProgram = 0x02;
    public const byte ReadData = 0x03;
    public const byte WriteDisable = 0x04;
    public const byte ReadStatus1 = 0x05;
    public const byte WriteEnable = 0x06;
    public const byte ReadStatus3 = 0x15;
    public const byte ReadStatus2 = 0x35;
    public const byte ReadUniqueId = 0x4B;
    public const byte EnableReset = 0x66;
    public const byte Reset = 0x99;
    public const byte ReadJedecId = 0x9F;
    public const byte ReleasePowerDown = 0xAB;
    public const byte LeaveFourByteMode = 0xE9;
    public const byte LeaveContinuousRead = 0xFF;
}
