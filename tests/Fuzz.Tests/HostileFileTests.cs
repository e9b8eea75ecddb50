using EosMLNet.Tests;
using Fuzz.Engine;
using Fuzz.Targets;

namespace Fuzz.Tests;

/// <summary>A short run of what <c>tests/Fuzz</c> does for hours, without instrumentation: the same seed, so the same inputs.</summary>
public class HostileFileTests
{
    private const int Inputs = 60; // a reader: some seconds for all of them

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_reader_reads_what_is_whole_and_refuses_all_else_in_words(string name)
    {
        using var folder = new TemporaryFolder();
        var target = FuzzTargets.All.Single(one => one.Name == name);
        var judge = new Judge(target, folder.Path);
        byte[][] seeds = [.. Corpus.Seeds(target).Select(File.ReadAllBytes)];

        Assert.Contains(seeds, seed => judge.Try(seed) is null && judge.Accepted);
        Assert.All(Corpus.Findings(target), file => Assert.Null(judge.Try(File.ReadAllBytes(file))));
        var mutator = new Mutator(1, seeds);
        for (var i = 0; i < Inputs; i++)
        {
            var input = mutator.Changed(seeds[mutator.Below(seeds.Length)], seeds[mutator.Below(seeds.Length)]);
            var fault = judge.Try(i % 2 == 0 ? target.Mended(input) : input);
            Assert.True(fault is null, $"{fault}\n{Convert.ToBase64String(input)}");
        }
    }

    [Fact]
    public void Every_folder_of_the_corpus_is_a_targets() =>
        Assert.Equal(FuzzTargets.All.Select(target => target.Name),
            Directory.GetDirectories(Path.GetDirectoryName(Corpus.Folder(FuzzTargets.All[0]))!).Select(Path.GetFileName)
                .Order(StringComparer.Ordinal));
}
