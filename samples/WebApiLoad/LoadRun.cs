using System.Diagnostics;

namespace WebApiLoad;

/// <summary>Many questions of several clients, batched and one at a time.</summary>
internal static class LoadRun
{
    private const int WarmUp = 400, Parts = 5;

    public static async Task<int> RunAsync(Asked[] questions, int requests, int clients)
    {
        var expected = new string[questions.Length];
        await using (var server = await Server.StartAsync(Server.Beside, 0, "--Queue:MaxBatch", "1"))
        {
            using var client = new Client(server.Address);
            foreach (var (i, asked) in questions.Index())
                expected[i] = (await client.AskAsync(asked)).Answer!;
        }
        var right = questions.Zip(expected).Count(pair => pair.First.Truth == pair.Second);
        Console.WriteLine($"{requests} requests, {questions.Length} questions. One at a time the model answers {right} of them rightly.\n");
        Console.WriteLine("| server | clients | all as one at a time | requests/s | CPU ms a request | p50 ms | p99 ms | MB at the beginning and behind each fifth |");
        Console.WriteLine("|---|---:|---|---:|---:|---:|---:|---|");
        // Parts of both in turn, since the machine may be busy with something else, too.
        await using var batches = await Server.StartAsync(Server.Beside);
        await using var singles = await Server.StartAsync(Server.Beside, 0, "--Queue:MaxBatch", "1");
        using var batched = new Measured("batches of up to 16", batches, clients);
        using var single = new Measured("one at a time", singles, clients);
        foreach (var measured in (Measured[])[batched, single])
            await measured.WarmUpAsync(questions, expected, WarmUp);
        for (var part = 0; part < Parts; part++)
        {
            foreach (var measured in (Measured[])[batched, single])
                await measured.RunAsync(questions, expected, requests / Parts);
        }
        Console.WriteLine($"{batched.Line}\n{single.Line}");
        Console.WriteLine($"\nBatched, {batched.PerSecond / single.PerSecond:0.00} times as many requests a second as one at a time.");
        return batched.Wrong + single.Wrong == 0 ? 0 : 1;
    }

    /// <summary>What was measured of one server.</summary>
    private sealed class Measured(string name, Server server, int clients) : IDisposable
    {
        private readonly Client client = new(server.Address);
        private readonly List<double> milliseconds = [];
        private readonly List<double> memory = [];
        private TimeSpan took, worked;

        public double PerSecond => milliseconds.Count / took.TotalSeconds;

        public int Wrong { get; private set; }

        public string Line => FormattableString.Invariant(
            $"| {name} | {clients} | {(Wrong == 0 ? "yes" : $"NO, {Wrong} are not")} | {PerSecond:0.0} | {Work:0.0} | {At(0.5):0} | {At(0.99):0} | {Memory} |");

        // Beside other programs it says more than the time that passes.
        private double Work => worked.TotalMilliseconds / milliseconds.Count;

        private string Memory => string.Join(", ", memory.Select(mb => $"{mb:0}"));

        public async Task WarmUpAsync(Asked[] questions, string[] expected, int requests)
        {
            await PartAsync(questions, expected, requests);
            milliseconds.Clear();
            memory.Add(server.Megabytes);
        }

        public async Task RunAsync(Asked[] questions, string[] expected, int requests)
        {
            var (watch, before) = (Stopwatch.StartNew(), server.Worked);
            await PartAsync(questions, expected, requests);
            took += watch.Elapsed;
            worked += server.Worked - before;
            memory.Add(server.Megabytes);
        }

        public void Dispose() => client.Dispose();

        private async Task PartAsync(Asked[] questions, string[] expected, int count)
        {
            var next = -1;
            await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
            {
                for (int i; (i = Interlocked.Increment(ref next)) < count;)
                {
                    var began = Stopwatch.GetTimestamp();
                    var (status, answer) = await client.AskAsync(questions[i % questions.Length]);
                    var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                    lock (milliseconds)
                    {
                        milliseconds.Add(took);
                        Wrong += status == 200 && answer == expected[i % questions.Length] ? 0 : 1;
                    }
                }
            })));
        }

        private double At(double share) => milliseconds.Order().ElementAt((int)(share * (milliseconds.Count - 1)));
    }
}
