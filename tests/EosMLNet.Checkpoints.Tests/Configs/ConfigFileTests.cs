namespace EosMLNet.Tests.Configs;

public sealed class ConfigFileTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("""{"ids": 1}""", """{"ids": 2, "text_config": {"ids": 3}}""", 1)]
    [InlineData("{}", """{"ids": 2, "text_config": {"ids": 3}}""", 2)]
    [InlineData(null, """{"ids": 2, "text_config": {"ids": 3}}""", 2)]
    [InlineData("{}", """{"text_config": {"ids": 3}}""", 3)]
    [InlineData("{}", "{}", null)]
    public void Token_ids_are_those_of_generation_then_of_the_model_then_of_its_decoder(string? generation, string config, int? id) =>
        Assert.Equal(id, File(config, generation).TokenIds("ids")?.Single());

    [Theory]
    [InlineData("""{"image_token_index": 5}""", 5)]
    [InlineData("""{"image_token_id": 6}""", 6)]
    [InlineData("""{"image_token_index": 5, "image_token_id": 5}""", 5)]
    [InlineData("{}", 9)]
    public void A_token_id_is_read_by_its_older_and_its_newer_name(string config, int id) =>
        Assert.Equal(id, File(config).TokenId("image_token_index", "image_token_id", 9));

    [Fact]
    public void Two_names_with_two_ids_are_refused() => Assert.Equal(
        "EOS1009: 'image_token_id' of 'config.json' is 6, expected 5 as image_token_index, or one of the two only.",
        folder.Refusal("""{"image_token_index": 5, "image_token_id": 6}""",
            json => new ConfigFile(json, null, []).TokenId("image_token_index", "image_token_id", 9)));

    private ConfigFile File(string config, string? generation = null) => new(
        folder.Read(config), generation is null ? null : JsonSection.Read(folder.Write("generation_config.json", generation)), []);
}
