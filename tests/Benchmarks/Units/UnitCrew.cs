using System.Diagnostics;

namespace Benchmarks.Units;

/// <summary>Several processes of this program, each doing units. When the one that started them ends, however it does, they end too.</summary>
internal static class UnitCrew
{
    /// <summary>Starts the processes and waits for them.</summary>
    /// <param name="count">How many.</param>
    /// <param name="arguments">The command line of each.</param>
    /// <returns>Whether all were successful.</returns>
    internal static bool Run(int count, IReadOnlyList<string> arguments)
    {
        var crew = Enumerable.Range(0, count).Select(_ => Start(arguments)).ToArray();
        foreach (var process in crew)
            process.WaitForExit();
        return crew.All(process => process.ExitCode == 0);
    }

    /// <summary>Ends this process when the one that started it is gone: its end of the pipe closes.</summary>
    internal static void EndWithParent() => new Thread(() =>
    {
        while (Console.In.Read() >= 0)
        {
        }
        Environment.Exit(1);
    })
    { IsBackground = true }.Start();

    private static Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true };
        start.ArgumentList.Add(typeof(UnitCrew).Assembly.Location);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["OMP_NUM_THREADS"] = "1";
        return Process.Start(start)!;
    }
}
