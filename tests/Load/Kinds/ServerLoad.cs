using System.Net;
using System.Text;
using Load.Measures;
using WebApiLoad;

namespace Load.Kinds;

/// <summary>The sample WebApi in a process of its own: good questions, bad requests, and clients that leave.</summary>
internal sealed class ServerLoad : LoadKind
{
    private const int Clients = 32;

    // Built with this program, in the same configuration.
    private static readonly string ServerFolder = Repository.At(
        ["samples", "WebApi", .. AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar)[^3..]]);

    internal override string Name => "server";

    internal override string Does => $"`samples/WebApi`: {Clients} clients, a third of whose requests are bad or broken off";

    internal override async Task RunAsync(LoadModel model, LoadTally tally, MemorySeries memory)
    {
        await using var server = await Server.StartAsync(ServerFolder);
        var expected = new string[model.Questions.Count];
        using (var client = new Client(server.Address))
        {
            foreach (var (i, asked) in model.Questions.Index()) // one at a time: side by side they would be answered in batches
                expected[i] = (await client.AskAsync(asked)).Answer!;
        }
        memory.Begin(() => new(server.Megabytes, null));
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Run(() => AskAsync(new Random(number)))));
        if (await server.EndAsync(kill: false) is not 0 and var code)
            tally.Fault($"The server ended with {code}.");

        async Task AskAsync(Random random)
        {
            using var client = new Client(server.Address);
            using var http = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(2) };
            while (!memory.Over.IsCancellationRequested)
            {
                var i = random.Next(expected.Length);
                try
                {
                    switch (random.Next(6))
                    {
                        case 0:
                            await BadAsync(http, random, tally);
                            break;
                        case 1:
                            await LeaveAsync(http, model.Questions[i], random, tally);
                            break;
                        case 2:
                            Count(await client.StreamAsync(model.Questions[i]));
                            break;
                        default:
                            Count(await client.AskAsync(model.Questions[i]));
                            break;
                    }
                }
                catch (Exception e)
                {
                    tally.Fault($"{e.GetType().Name}: {e.Message}");
                }

                void Count((int Status, string? Answer) reply)
                {
                    if (reply.Status == 200)
                        tally.Compare(expected[i], reply.Answer);
                    else
                        tally.Fault($"status {reply.Status} to a good question");
                }
            }
        }
    }

    // Each must be refused with the status that the sample's README promises.
    private static async Task BadAsync(HttpClient http, Random random, LoadTally tally)
    {
        var picture = new byte[random.Next(1, 5000)];
        random.NextBytes(picture);
        using HttpContent content = random.Next(6) switch
        {
            0 => new StringContent("a question", Encoding.UTF8, "text/plain"),
            1 => new MultipartFormDataContent { { new StringContent("what is this"), "question" } },
            2 => new MultipartFormDataContent { { new ByteArrayContent(picture), "image", "noise.png" }, { new StringContent("what"), "question" } },
            3 => new MultipartFormDataContent { { new ByteArrayContent(picture), "image", "noise.png" } },
            4 => new MultipartFormDataContent { { new ByteArrayContent(Bomb()), "image", "bomb.png" }, { new StringContent("what"), "question" } },
            _ => new ByteArrayContent(picture) { Headers = { { "Content-Type", "multipart/form-data; boundary=x" } } },
        };
        using var response = await http.PostAsync(random.Next(2) == 0 ? "ask" : "ask/stream", content);
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnsupportedMediaType)
            tally.Refused();
        else
            tally.Fault($"status {(int)response.StatusCode} to a bad request");
    }

    // Before, while or behind the answer comes: whoever leaves gets nothing, and nobody else notices.
    private static async Task LeaveAsync(HttpClient http, Asked asked, Random random, LoadTally tally)
    {
        using var leaves = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(300)));
        using var form = Client.Form(asked);
        try
        {
            using var response = await http.PostAsync(random.Next(2) == 0 ? "ask" : "ask/stream", form, leaves.Token);
        }
        catch (OperationCanceledException)
        {
        }
        tally.Refused();
    }

    // A PNG's header that promises 60,000 x 60,000 pixels.
    private static byte[] Bomb()
    {
        byte[] header = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 2, 0, 0, 0];
        return [.. header, .. new byte[64]];
    }
}
