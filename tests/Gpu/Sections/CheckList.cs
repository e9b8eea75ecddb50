using Gpu.Report;

namespace Gpu.Sections;

/// <summary>Checks, one after another; one that throws has failed, and the next is made all the same.</summary>
internal sealed class CheckList(Action<object> save)
{
    private readonly List<CheckResult> results = [];

    internal void Add(string name, Func<(bool Passed, string Detail)> check)
    {
        results.Add(Run(name, check));
        save(results);
        Console.WriteLine($"  {(results[^1].Passed ? "ok    " : "FAILED")} {name}: {results[^1].Detail}");
    }

    /// <summary>A check that a number stays within a limit; NaN does not.</summary>
    internal void AtMost(string name, double limit, Func<double> measure) => Add(name, () =>
    {
        var found = measure();
        return (found <= limit, FormattableString.Invariant($"{found:g3}, at most {limit:g3}"));
    });

    private static CheckResult Run(string name, Func<(bool Passed, string Detail)> check)
    {
        try
        {
            var (passed, detail) = check();
            return new CheckResult(name, passed, detail);
        }
        catch (Exception e) when (OutOfMemory.Is(e))
        {
            return new CheckResult(name, false, $"{OutOfMemory.Name}: {e.Message.Split('\n')[0]}");
        }
        catch (Exception e) // whatever it is, the next check is made
        {
            return new CheckResult(name, false, e is EosException ? e.Message.Split('\n')[0] : $"{e.GetType().Name}: {e.Message.Split('\n')[0]}");
        }
    }
}
