using System.Diagnostics;

namespace Benchmarks.Units;

/// <summary>Does units that are not done, in their order, beside other workers of the same store.</summary>
internal static class UnitWorker
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    /// <summary>Works until every unit is done, by this worker or another, or has failed here.</summary>
    /// <param name="units">The units; those that are needed come before those that need them.</param>
    /// <param name="store">Where results are.</param>
    /// <param name="log">Told what is done.</param>
    /// <returns>The keys of the units that failed, and of those that needed them.</returns>
    internal static IReadOnlyList<string> Run(IReadOnlyList<Unit> units, UnitStore store, Action<string> log)
    {
        var pending = units.ToDictionary(unit => unit.Key);
        var failed = new List<string>();
        while (pending.Count > 0)
        {
            var progressed = false;
            foreach (var unit in units.Where(unit => pending.ContainsKey(unit.Key)))
            {
                if (unit.Needs.Any(failed.Contains))
                    Fail(unit, "a unit that it needs failed");
                else if (unit.Needs.Any(pending.ContainsKey))
                    continue;
                else if (!IsDoneOrDo(unit))
                    continue;
                pending.Remove(unit.Key);
                progressed = true;
            }
            if (!progressed)
                Thread.Sleep(Patience); // others have what is left
        }
        return failed;

        bool IsDoneOrDo(Unit unit)
        {
            if (store.IsDone(unit))
                return true;
            using var claim = store.Claim(unit);
            if (claim is null)
                return false;
            if (store.IsDone(unit)) // by another, a moment ago
                return true;
            var clock = Stopwatch.StartNew();
            try
            {
                store.Write(unit, unit.Measure());
                log($"{unit.Key}: {clock.Elapsed.TotalSeconds:f1} s");
            }
            catch (Exception e) // one bad measurement must not cost the night's others
            {
                Fail(unit, e.ToString());
            }
            return true;
        }

        void Fail(Unit unit, string why)
        {
            failed.Add(unit.Key);
            log($"{unit.Key} FAILED: {why}");
        }
    }
}
