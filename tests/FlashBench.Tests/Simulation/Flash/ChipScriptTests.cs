namespace FlashBench.Tests.Simulation.Flash;

// Random command scripts, on the model and on a second, much smaller reading of the same datasheet page. The two
// share no code; cells, status and every answer must agree after every frame.
public sealed class ChipScriptTests
{
    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_model_and_an_independent_oracle_agree_on_every_frame(int seed)
    {
        var random = new Random(seed);
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q80, seed);
        using var pins = new ChipOnPins(cells: cells);
        var oracle = new Oracle(cells);

        for (int step = 0; step < 600; step++)
        {
            byte[] frame = Frame(random);
            int read = frame[0] == 0x01 ? 0 : Math.Max(0, random.Next(8) - 3); // bytes that are clocked count too
            byte[] answer = pins.Send(frame, read);

            Assert.Equal(oracle.Send([.. frame, .. Enumerable.Repeat((byte)0xFF, read)])[frame.Length..], answer);
            if (random.Next(3) > 0)
            {
                pins.Wait(TimeSpan.FromSeconds(5)); // longer than any operation of this chip
                oracle.Finish();
            }

            if (random.Next(60) == 0)
            {
                pins.Reopen();
                oracle.Finish();
                oracle.PowerOn();
            }
        }

        pins.Wait(TimeSpan.FromSeconds(5));
        oracle.Finish();
        Assert.Equal(oracle.Send([0x05, 0])[1], pins.Status);
        Assert.True(pins.Cells.SequenceEqual(oracle.Cells));
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 12)];

    // Mostly sound frames at few addresses, so that they meet; some too long or too short.
    private static byte[] Frame(Random random)
    {
        byte[] opcodes = [0x06, 0x06, 0x06, 0x04, 0x02, 0x02, 0x20, 0x52, 0xD8, 0x03, 0x0B, 0x05, 0x9F, 0x01, 0xC7];
        byte opcode = opcodes[random.Next(opcodes.Length)];
        uint address = (uint)(random.Next(16) << 16 | random.Next(4) << 12 | random.Next(2) << 8 | random.Next(256));
        byte[] frame = opcode switch
        {
            0x02 => ChipOnPins.At(opcode, address, Bytes(random, random.Next(1, 400))),
            0x20 or 0x52 or 0xD8 or 0x03 => ChipOnPins.At(opcode, address),
            0x0B => ChipOnPins.At(opcode, address, 0x00),
            0x01 => [opcode, (byte)(random.Next(4) == 0 ? 0x24 : 0x00)], // the lowest 64 KiB of a 1 MiB part, or none
            0xC7 when random.Next(4) > 0 => [0x05],
            _ => [opcode],
        };
        return random.Next(20) switch
        {
            0 => [.. frame, 0x00],
            1 when frame.Length > 1 => frame[..^1],
            _ => frame,
        };
    }

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    // One frame at a time, as bytes; an operation ends when Finish is called.
    private sealed class Oracle(byte[] start)
    {
        private Action? _running;
        private bool _latch;
        private byte _protection;

        public byte[] Cells { get; } = (byte[])start.Clone();

        public void PowerOn() => _latch = false;

        public void Finish()
        {
            if (_running is null)
                return;
            _running();
            (_running, _latch) = (null, false);
        }

        public byte[] Send(byte[] frame)
        {
            byte[] answer = [.. Enumerable.Repeat((byte)0xFF, frame.Length)];
            byte opcode = frame[0];
            int status = _protection | (_latch ? 2 : 0) | (_running is null ? 0 : 1);
            if (opcode == 0x05)
                Array.Fill(answer, (byte)status, 1, frame.Length - 1);
            if (_running is not null || opcode == 0x05)
                return answer;
            Read(frame, answer);
            Act(frame);
            return answer;
        }

        private void Read(byte[] frame, byte[] answer)
        {
            int head = frame[0] switch { 0x9F => 1, 0x03 => 4, 0x0B => 5, _ => int.MaxValue };
            for (int i = head; i < frame.Length; i++)
            {
                answer[i] = head == 1
                    ? new byte[] { 0xEF, 0x40, 0x14 }[(i - 1) % 3]
                    : Cells[(Address(frame) + i - head) % Cells.Length];
            }
        }

        private void Act(byte[] frame)
        {
            int length = frame.Length;
            switch (frame[0])
            {
                case 0x06 when length == 1: _latch = true; break;
                case 0x04 when length == 1: _latch = false; break;
                case 0x01 when length is 2 or 3 && _latch: Begin(() => _protection = (byte)(frame[1] & 0xFC)); break;
                case 0x02 when length > 4: Program(frame); break;
                case 0x20 when length == 4: Erase(Address(frame) & ~0xFFF, 0x1000); break;
                case 0x52 when length == 4: Erase(Address(frame) & ~0x7FFF, 0x8000); break;
                case 0xD8 when length == 4: Erase(Address(frame) & ~0xFFFF, 0x10000); break;
                case 0xC7 when length == 1: Erase(0, Cells.Length); break;
                default: break;
            }
        }

        private void Program(byte[] frame)
        {
            int address = Address(frame);
            var bytes = new Dictionary<int, byte>(); // the last byte for a cell wins
            for (int i = 4; i < frame.Length; i++)
                bytes[(address & ~0xFF) | ((address + i - 4) & 0xFF)] = frame[i];
            if (_latch && !Protected(address))
                Begin(() => { foreach ((int at, byte value) in bytes) Cells[at] &= value; });
        }

        private void Erase(int address, int size)
        {
            if (_latch && !Protected(address))
                Begin(() => Array.Fill(Cells, (byte)0xFF, address, size));
        }

        private bool Protected(int address) => _protection == 0x24 && address < 0x10000;

        private void Begin(Action action) => _running = action;

        private static int Address(byte[] frame) =>
            frame.Length < 4 ? 0 : ((frame[1] << 16) | (frame[2] << 8) | frame[3]) & 0xFFFFF;
    }
}
