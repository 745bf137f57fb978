using System.Net.Sockets;
using System.Text;
using FlashBench.Simulation.Qemu;

namespace FlashBench.Tests.Simulation.Qemu;

public sealed class QmpClientTests : IDisposable
{
    private const string Greeting =
        "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 7}}, \"capabilities\": [\"oob\"]}}\n";
    private const string Done = "{\"return\": {}, \"id\": \"1\"}\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_status_is_read_past_events_and_answers_to_others()
    {
        string status = await AskAsync(Greeting, Done,
            "{\"timestamp\": {\"seconds\": 1}, \"event\": \"RESUME\"}\n{\"return\": {\"status\": \"paused\"}}\n"
            + "{\"return\": {\"status\": \"running\", \"running\": true}, \"id\": \"2\"}\n");

        Assert.Equal("running", status);
    }

    [Theory]
    [InlineData("{\"error\": {\"desc\": \"no such thing\"}, \"id\": \"2\"}\n", "no such thing")]
    [InlineData("[1, 2]\n", "does not answer")]
    [InlineData("not JSON\n", "does not answer")]
    [InlineData("{\"id\": \"\\ud800\"}\n", "does not answer")]
    [InlineData("{\"return\": {\"status\": \"running\"}, \"id\": 2}\n", "does not answer")]
    [InlineData("", "does not answer")]
    public async Task What_is_no_answer_is_an_error(string said, string words)
    {
        var quick = new ScaledTime(TimeProvider.System, 10); // so that silence is noticed in half a second

        var failure = await Assert.ThrowsAsync<QmpException>(() => AskAsync(quick, Greeting, Done, said));

        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_an_end_and_talk_without_an_answer_are_errors()
    {
        var line = await Assert.ThrowsAsync<QmpException>(() => AskAsync(Greeting, Done, new string(' ', 70_000)));
        string events = string.Concat(Enumerable.Repeat("{\"event\": \"STOP\"}\n", 1100));
        var talk = await Assert.ThrowsAsync<QmpException>(() => AskAsync(Greeting, Done, events));

        Assert.Contains("more than 65536 bytes", line.Message, StringComparison.Ordinal);
        Assert.Contains("without answering", talk.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cut_of_a_sound_answer_is_an_error_or_no_answer()
    {
        byte[] line = Encoding.UTF8.GetBytes("{\"return\": {\"status\": \"running\"}, \"id\": \"2\"}");
        for (int length = 0; length < line.Length; length++)
        {
            ReadOnlyMemory<byte> cut = line.AsMemory(0, length);
            Assert.ThrowsAny<System.Text.Json.JsonException>(() => QmpMessage.Parse(cut));
        }

        Assert.Equal(new QmpMessage("2", "running", null), QmpMessage.Parse(line));
    }

    private Task<string> AskAsync(string greeting, params string[] answers) =>
        AskAsync(TimeProvider.System, greeting, answers);

    // A peer that greets, then answers each command with the next text; an empty one is silence.
    private async Task<string> AskAsync(TimeProvider time, string greeting, params string[] answers)
    {
        string path = _folder.At("q");
        File.Delete(path);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        Task peer = AnswerAsync(listener, greeting, answers);
        try
        {
            using QmpClient client = await QmpClient.ConnectAsync(path, time);
            return await client.ExecuteAsync("query-status");
        }
        finally
        {
            await peer;
        }
    }

    private static async Task AnswerAsync(Socket listener, string greeting, string[] answers)
    {
        using Socket socket = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(greeting));
            byte[] command = new byte[4096];
            foreach (string answer in answers)
            {
                if (await socket.ReceiveAsync(command.AsMemory()) == 0)
                    return;
                await socket.SendAsync(Encoding.UTF8.GetBytes(answer));
            }

            while (await socket.ReceiveAsync(command.AsMemory()) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The client has left.
        }
    }
}
