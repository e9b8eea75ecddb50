using Benchmarks.Units;
using EosMLNet.Tests;

namespace Benchmarks.Tests.Units;

public sealed class UnitPacksTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_was_measured_elsewhere_is_there_and_what_is_there_stays()
    {
        Write("here", "a.json", "of here");
        Write("here", "b.plan.safetensors", "numbers");
        Assert.Equal(2, Packs("here").Pack());
        Write("there", "a.json", "of there");
        Packs("there").Unpack();
        Assert.Equal("of there", Read("there", "a.json"));
        Assert.Equal("numbers", Read("there", "b.plan.safetensors"));
    }

    [Fact]
    public void A_pack_has_what_those_before_it_have_not_and_the_newest_counts()
    {
        Write("here", "a.json", "first");
        Write("here", "b.json", "same");
        Assert.Equal(2, Packs("here").Pack());
        Assert.Equal(0, Packs("here").Pack());
        Write("here", "a.json", "second");
        Assert.Equal(1, Packs("here").Pack());
        for (var i = 3; i <= 10; i++)
        {
            Write("here", "c.json", $"{i}");
            Assert.Equal(1, Packs("here").Pack());
        }
        Packs("there").Unpack();
        Assert.Equal("second", Read("there", "a.json"));
        Assert.Equal("same", Read("there", "b.json"));
        Assert.Equal("10", Read("there", "c.json")); // of 10.zip, not of 9.zip
        Assert.Equal(10, Directory.GetFiles(folder["packs"]).Length);
    }

    [Fact]
    public void The_same_results_are_the_same_bytes_without_locks_and_halves()
    {
        foreach (var name in new[] { "one", "two" })
        {
            Write(name, "a.json", "result");
            Write(name, "a.lock", "");
            Write(name, "b.json.1234.tmp", "{");
            Assert.Equal(1, new UnitPacks(folder[$"packs-{name}"], folder[name]).Pack());
        }
        Assert.Equal(File.ReadAllBytes(folder["packs-one/1.zip"]), File.ReadAllBytes(folder["packs-two/1.zip"]));
    }

    private UnitPacks Packs(string results) => new(folder["packs"], folder[results]);

    private void Write(string results, string name, string content)
    {
        Directory.CreateDirectory(folder[results]);
        File.WriteAllText(folder[$"{results}/{name}"], content);
    }

    private string Read(string results, string name) => File.ReadAllText(folder[$"{results}/{name}"]);
}
