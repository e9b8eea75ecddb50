using EosMLNet.Tool.Build;

namespace EosMLNet.Build.Tests;

/// <summary>
/// The worker of the throw-away projects: the real one, cache, locks, stamps, gate and all, but with <see cref="FakeSearch"/> in the place of the search.
/// Called as <c>eos</c> is: <c>build --request FILE --staging NAME</c>.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args is not ["build", "--request", var request, "--staging", var staging])
            return 2;
        FakeSearch.Note("worker");
        using var log = new WorkerLog(Console.Out);
        return BuildCommand.Run(request, staging, new FakeSearch(log), log, CancellationToken.None);
    }
}
