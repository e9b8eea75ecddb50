namespace EosMLNet.Tool.Tests.Forward;

/// <summary><c>eos forward</c> of LLaVA-NeXT against the golden numbers of transformers.</summary>
public sealed class LlavaNextForwardTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Theory]
    [InlineData("sq")]
    [InlineData("wide")]
    [InlineData("two")]
    [InlineData("batch")]
    [InlineData("text")]
    public async Task Every_case_gives_the_numbers_of_transformers(string test)
    {
        using var forward = new ForwardCommandTests(tiny);
        await forward.CheckTiles("llava_next", test);
    }
}
