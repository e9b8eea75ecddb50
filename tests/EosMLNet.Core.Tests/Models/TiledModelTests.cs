namespace EosMLNet.Tests.Models;

/// <summary>Parity of LLaVA-OneVision with Hugging Face transformers, layer by layer (Golden/backbones).</summary>
public sealed class TiledModelTests
{
    public static TheoryData<string, string> Cases() => new()
    {
        { "llava_onevision", "sq" }, { "llava_onevision", "wide" }, { "llava_onevision", "two" }, { "llava_onevision", "batch" },
        { "llava_onevision", "text" }, { "llava_onevision", "big" }, { "llava_onevision", "vid" }, { "llava_onevision", "two_single" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_intermediate_agrees_with_transformers(string family, string name) => TiledGolden.CheckIntermediates(family, name);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Generated_ids_are_those_of_transformers_also_when_each_row_runs_alone(string family, string name) =>
        TiledGolden.CheckGeneratedIds(family, name);
}
