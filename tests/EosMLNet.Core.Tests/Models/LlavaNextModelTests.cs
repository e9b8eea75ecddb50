namespace EosMLNet.Tests.Models;

/// <summary>Parity of LLaVA-NeXT with Hugging Face transformers, layer by layer (Golden/backbones).</summary>
public sealed class LlavaNextModelTests
{
    [Theory]
    [InlineData("sq")]
    [InlineData("wide")]
    [InlineData("two")]
    [InlineData("batch")]
    [InlineData("text")]
    public void Every_intermediate_agrees_with_transformers(string name) => TiledGolden.CheckIntermediates("llava_next", name);

    [Theory]
    [InlineData("sq")]
    [InlineData("wide")]
    [InlineData("two")]
    [InlineData("batch")]
    [InlineData("text")]
    public void Generated_ids_are_those_of_transformers_also_when_each_row_runs_alone(string name) =>
        TiledGolden.CheckGeneratedIds("llava_next", name);
}
