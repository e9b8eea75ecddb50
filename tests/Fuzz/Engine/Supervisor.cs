using Fuzz.Targets;

namespace Fuzz.Engine;

/// <summary>Runs a campaign in a process of its own, and again where a reader ended that process.</summary>
internal static class Supervisor
{
    /// <summary>Runs a campaign, or goes on with it where it was stopped.</summary>
    /// <param name="target">The reader.</param>
    /// <param name="work">The folder of all campaigns.</param>
    /// <param name="inputs">Inputs of the whole campaign.</param>
    /// <param name="time">The most time from now on.</param>
    /// <param name="seed">Decides about the inputs of one that begins.</param>
    internal static CampaignState Run(FuzzTarget target, string work, long inputs, TimeSpan time, int seed)
    {
        var folder = new CampaignFolder(work, target.Name);
        var state = folder.Reached() is { } before ? before with { Seed = before.Seed + 1, Findings = 0 }
            : new CampaignState(target.Name, seed, 0, 0, 0, 0, 0, 0, DateOnly.FromDateTime(DateTime.UtcNow));
        folder.ForgetFindings();
        var end = state.Seconds + time.TotalSeconds;
        while (state.Inputs < inputs)
        {
            var shared = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
            var own = Directory.CreateDirectory(Path.Combine(shared, $"eos-fuzz-{Guid.NewGuid():N}")).FullName;
            try
            {
                folder.Save(state);
                using var process = InstrumentedProgram.Start(own,
                [
                    "work", "--target", target.Name, "--inputs", $"{inputs}", "--seconds", $"{end - state.Seconds:f0}",
                    "--work", Path.GetFullPath(work), "--folder", own,
                ]);
                process.WaitForExit();
                state = folder.Reached()!;
                if (process.ExitCode == 0)
                    return state;
                var file = Path.Combine(own, target.FileName);
                if (!File.Exists(file))
                    throw new InvalidOperationException($"The campaign on {target.Name} did not begin (exit code {process.ExitCode}).");
                var input = File.ReadAllBytes(file);
                folder.Forget(input);
                var fault = new Fault(process.ExitCode == Campaign.HangExit ? "hang" : "crash", $"{process.ExitCode}", "");
                if (folder.Add(fault, input))
                    Console.WriteLine($"{target.Name}: {fault.Kind} {fault.Where}");
                state = state with { Seed = state.Seed + 1, Inputs = state.Inputs + 1, Findings = folder.Findings };
                if (state.Seconds >= end)
                    return state;
            }
            finally
            {
                Directory.Delete(own, recursive: true);
            }
        }
        return state;
    }
}
