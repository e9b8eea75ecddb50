using System.Collections.Concurrent;

namespace EosMLNet.Build.Tests.Integration;

/// <summary>
/// MSBuild's servers, one for each build that runs at the same time. Without them, two thirds of the time of a small build is .NET compiling
/// MSBuild and NuGet. What a user has, a process for each build, is what <c>tests/FirstHour</c> runs.
/// </summary>
internal static class BuildServers
{
    private static readonly ConcurrentStack<string> Free = [];
    private static int count;

    /// <summary>Runs one build by a server that no other build uses meanwhile.</summary>
    /// <param name="build">The build, given the variables that lead it there.</param>
    internal static T With<T>(Func<Dictionary<string, string?>, T> build)
    {
        if (!Free.TryPop(out var server))
            server = $"eos-{Environment.ProcessId}-{Interlocked.Increment(ref count)}";
        try
        {
            return build(Variables(server));
        }
        finally
        {
            Free.Push(server);
        }
    }

    private static Dictionary<string, string?> Variables(string server) => new()
    {
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "1",
        ["MSBUILDNODEHANDSHAKESALT"] = server, // part of the name by which it is found
        ["MSBUILDENSURESTDOUTFORTASKPROCESSES"] = null, // dotnet test sets it, and MSBuild then takes no server
        ["MSBUILDDISABLENODEREUSE"] = null,
        ["MSBUILDNODECONNECTIONTIMEOUT"] = "30000", // it ends by itself, so many milliseconds after its last build
    };
}
