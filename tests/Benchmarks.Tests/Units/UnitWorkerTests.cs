using Benchmarks.Units;
using EosMLNet.Tests;

namespace Benchmarks.Tests.Units;

public sealed class UnitWorkerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<string> measured = [];

    private UnitStore Store => new(folder.Path);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Units_that_are_done_are_not_done_again()
    {
        Work(Simple("a"), Simple("b"));
        Work(Simple("a"), Simple("b"), Simple("c"));
        Assert.Equal(["a", "b", "c"], measured);
        Assert.Equal("result of c", Store.Read<string>("c"));
    }

    [Fact]
    public void A_unit_whose_inputs_changed_is_done_again_and_with_it_what_rests_on_its_result()
    {
        var plan = "first";
        Unit[] units = [Simple("data"), new("find", [], () => plan, () => Measure("find", plan)), new("test", ["find"], () => Store.Read<string>("find")!, () => Measure("test", "tested"))];
        Work(units);
        plan = "second";
        Work(units);
        Assert.Equal(["data", "find", "test", "find", "test"], measured);
    }

    [Fact]
    public void A_run_that_was_killed_goes_on_with_the_unit_that_it_was_in()
    {
        var killed = true;
        Unit[] units = [Simple("a"), new("b", [], () => "", () => killed ? throw new OperationCanceledException() : Measure("b", "done")), Simple("c")];
        // What a kill leaves behind: a half-written temporary file, and a lock that nobody holds.
        Store.Write(units[0], Measure("a", "done"));
        File.WriteAllText(Store.PathOf("b") + ".1234.tmp", "{ \"key\": ");
        File.WriteAllText(Store.PathOf("b", ".lock"), "");
        killed = false;
        Work(units);
        Assert.Equal(["a", "b", "c"], measured);
    }

    [Fact]
    public void A_damaged_result_is_measured_again()
    {
        Work(Simple("a"));
        File.WriteAllText(Store.PathOf("a"), "{ \"key\": ");
        Work(Simple("a"));
        Assert.Equal(["a", "a"], measured);
    }

    [Fact]
    public void A_unit_that_fails_takes_only_those_with_it_that_need_it()
    {
        Unit[] units = [new("bad", [], () => "", () => throw new InvalidOperationException("no")), Simple("rests on it", "bad"), Simple("good")];
        Assert.Equal(["bad", "rests on it"], UnitWorker.Run(units, Store, _ => { }));
        Assert.Equal(["good"], measured);
        Assert.False(Store.IsDone(units[0]));
    }

    [Fact]
    public void A_unit_that_another_has_is_left_to_it()
    {
        var unit = Simple("a");
        using (var claim = Store.Claim(unit))
        {
            Assert.NotNull(claim);
            Assert.Null(Store.Claim(unit));
        }
        using var again = Store.Claim(unit);
        Assert.NotNull(again);
    }

    [Fact]
    public void Two_workers_do_each_unit_once()
    {
        Unit[] units = [.. Enumerable.Range(0, 20).Select(i => new Unit($"{i}", [], () => "", () =>
        {
            Thread.Sleep(5);
            return Measure($"{i}", "done");
        }))];
        Parallel.Invoke(() => Work(units), () => Work(units));
        Assert.Equal(20, measured.Distinct().Count());
        Assert.Equal(20, measured.Count);
    }

    private void Work(params Unit[] units) => Assert.Empty(UnitWorker.Run(units, Store, _ => { }));

    private Unit Simple(string key, params string[] needs) => new(key, needs, () => "", () => Measure(key, $"result of {key}"));

    private string Measure(string key, string result)
    {
        lock (measured)
            measured.Add(key);
        return result;
    }
}
