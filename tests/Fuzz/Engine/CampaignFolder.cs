using System.Security.Cryptography;
using Benchmarks.Report;

namespace Fuzz.Engine;

/// <summary>What campaigns on one target leave behind: inputs that go ways of their own, findings, how far the last one came.</summary>
internal sealed class CampaignFolder
{
    private readonly string corpus, findings, state;

    /// <param name="work">The folder of all campaigns.</param>
    /// <param name="target">The target's name.</param>
    internal CampaignFolder(string work, string target)
    {
        var own = Path.Combine(work, target);
        (corpus, findings, state) = (Path.Combine(own, "corpus"), Path.Combine(own, "findings"), Path.Combine(own, "state.json"));
        Directory.CreateDirectory(corpus);
        Directory.CreateDirectory(findings);
    }

    /// <summary>Inputs of earlier campaigns.</summary>
    internal IReadOnlyList<string> Inputs => Corpus.Files(corpus);

    /// <summary>Faults of different places that have been found.</summary>
    internal int Findings => Corpus.Files(findings).Count(file => !file.EndsWith(".txt", StringComparison.Ordinal));

    /// <summary>Keeps an input.</summary>
    internal void Keep(byte[] input) => File.WriteAllBytes(PathOf(input), input);

    /// <summary>Forgets an input, which the next process would end with too.</summary>
    internal void Forget(byte[] input) => File.Delete(PathOf(input));

    /// <summary>Keeps the smallest input of each fault.</summary>
    /// <returns>Whether the fault is new.</returns>
    internal bool Add(Fault fault, byte[] input)
    {
        var file = Path.Combine(findings, fault.FileName);
        var isNew = !File.Exists(file);
        if (isNew || new FileInfo(file).Length > input.Length)
        {
            File.WriteAllBytes(file, input);
            File.WriteAllText(file + ".txt", fault.Text + "\n");
        }
        return isNew;
    }

    /// <summary>Forgets all faults: those that are still there are found again.</summary>
    internal void ForgetFindings()
    {
        foreach (var file in Directory.GetFiles(findings))
            File.Delete(file);
    }

    /// <summary>Says how far the campaign has come.</summary>
    internal void Save(CampaignState reached) => ResultFile.Save(state, reached);

    /// <summary>How far the last campaign came; null where there was none.</summary>
    internal CampaignState? Reached() => ResultFile.Load<CampaignState>(state);

    private string PathOf(byte[] input) => Path.Combine(corpus, Convert.ToHexStringLower(SHA256.HashData(input))[..16]);
}
