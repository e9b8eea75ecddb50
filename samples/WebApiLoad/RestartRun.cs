using System.Net.Sockets;

namespace WebApiLoad;

/// <summary>A server that is asked to stop, started again, killed, and started again, while clients ask.</summary>
internal static class RestartRun
{
    private const int Port = 5598;

    public static async Task<int> RunAsync(Asked[] questions, int clients)
    {
        var server = await Server.StartAsync(Server.Beside, Port);
        var expected = new string[questions.Length];
        using (var client = new Client(server.Address))
        {
            foreach (var (i, asked) in questions.Index())
                expected[i] = (await client.AskAsync(asked)).Answer!;
        }
        var counts = new Dictionary<(string Phase, string Outcome), int>();
        var (phase, over, next) = ("at work", false, -1);
        var asking = Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            using var client = new Client(server.Address);
            while (!Volatile.Read(ref over))
            {
                var (i, began) = (Interlocked.Increment(ref next), phase);
                var outcome = await OutcomeAsync(client, questions[i % questions.Length], expected[i % questions.Length], i % 2 == 1);
                lock (counts)
                    counts[(began, outcome)] = counts.GetValueOrDefault((began, outcome)) + 1;
                if (outcome is "no server")
                    await Task.Delay(20);
            }
        })).ToArray();
        foreach (var kill in (bool[])[false, true, false])
        {
            await Task.Delay(4000);
            phase = kill ? "while it was killed (-KILL)" : "while it stopped (-TERM)";
            var code = await server.EndAsync(kill);
            Console.WriteLine($"{(kill ? "-KILL" : "-TERM")}: exit code {code}");
            server = await Server.StartAsync(Server.Beside, Port);
            phase = "at work";
        }
        await Task.Delay(2000);
        over = true;
        await Task.WhenAll(asking);
        await server.DisposeAsync();
        Console.WriteLine("\n| when it was asked | outcome | requests |\n|---|---|---:|");
        foreach (var (key, count) in counts.OrderBy(pair => pair.Key))
            Console.WriteLine($"| {key.Phase} | {key.Outcome} | {count} |");
        return counts.Keys.Any(key => key.Outcome.StartsWith("LOST", StringComparison.Ordinal)) ? 1 : 0;
    }

    // Each request has an outcome: an answer, or an error that its client sees.
    private static async Task<string> OutcomeAsync(Client client, Asked asked, string expected, bool streams)
    {
        try
        {
            var (status, answer) = streams ? await client.StreamAsync(asked) : await client.AskAsync(asked);
            return status != 200 ? $"status {status}" : answer == expected ? "answered" : $"LOST: '{answer}' in place of '{expected}'";
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            return "no server";
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return "the connection ended";
        }
        catch (TaskCanceledException)
        {
            return "LOST: neither answer nor error in two minutes";
        }
    }
}
