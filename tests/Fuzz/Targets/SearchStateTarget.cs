using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Search;
using static TorchSharp.torch;

namespace Fuzz.Targets;

/// <summary>The state of a search that was stopped.</summary>
internal sealed class SearchStateTarget : FuzzTarget
{
    /// <summary>The hash of the search that the seeds belong to.</summary>
    internal const string Search = "0123456789abcdef";

    private static readonly SearchSettings Settings = new() { Constraints = new() { MeanVisualTokens = 5 }, Steps = 4, RelevanceRank = 2 };
    private readonly Lazy<(VisionLanguageModel Model, ScoreBasis Basis)> search = new(() =>
    {
        TorchRuntime.EnsureLoaded();
        var model = LlavaModel.Load(Repository.At("tests", "EosMLNet.Core.Tests", "Golden", "tiny-llava"), use: ModelUse.Search);
        return (model, new ScoreBasis(eye(model.HiddenSize).DetachFromDisposeScope(), eye(2, model.HiddenSize).DetachFromDisposeScope()));
    });

    internal override string Reader => "state of a search";

    internal override string FileName => "search.ckpt";

    internal override void Read(string folder)
    {
        using var scope = NewDisposeScope();
        var checkpoint = new SearchCheckpoint(Path.Combine(folder, FileName), Search);
        if (checkpoint.Look() is null) // most are refused here, and to begin a search takes its time
            return;
        using var state = New();
        checkpoint.LoadInto(state);
    }

    internal override byte[] Mended(byte[] input) => SafetensorsFormat.Mended(input);

    /// <summary>A search that has made no step.</summary>
    internal SearchState New()
    {
        var (model, basis) = search.Value;
        return new(new SearchVariables(model, Settings, basis), Settings, null);
    }
}
