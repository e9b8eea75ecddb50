using System.Text.Json.Nodes;

namespace EosMLNet.Tests.Images;

public sealed class PixelValuesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(""" "resample":1 """, "resample", "1", "2 (bilinear) or 3 (bicubic)")]
    [InlineData(""" "resample":4 """, "resample", "4", "2 (bilinear) or 3 (bicubic)")]
    [InlineData(""" "image_std":[1,0,1] """, "image_std", "0", "numbers other than 0")]
    [InlineData(""" "image_mean":[1,0] """, "image_mean", "a list of 2", "three numbers")]
    [InlineData(""" "image_std":[1,1,1,1] """, "image_std", "a list of 4", "three numbers")]
    public void Settings_that_no_pixel_can_have_are_named(string settings, string field, string found, string expected) =>
        Expect.Error(EosErrors.UnsupportedModel, () => Read(settings),
            $"EOS1009: '{field}' of '{folder["values.json"]}' is {found}, expected {expected}.");

    // Images are red, green and blue anyway, but the setting must be one.
    [Fact]
    public void Whether_colours_are_converted_is_true_or_false()
    {
        Read(""" "do_convert_rgb":false """);
        Expect.Error(EosErrors.MalformedJson, () => Read(""" "do_convert_rgb":1 """),
            $"'do_convert_rgb' of '{folder["values.json"]}' is 1, expected true or false.");
    }

    [Theory]
    [InlineData("true", "true", 0.4f)]
    [InlineData("true", "false", 1.2f)]
    [InlineData("false", "true", 198f)]
    [InlineData("false", "false", 100f)]
    public void A_byte_is_rescaled_and_then_normalised(string rescale, string normalize, float expected)
    {
        var values = Read($"""
            "do_rescale":{rescale},"rescale_factor":0.012,"do_normalize":{normalize},"image_mean":[9,1,9],"image_std":[9,0.5,9]
            """);
        Assert.Equal(expected, values.OfChannel(1)[100], 1e-4f);
    }

    [Fact]
    public void What_is_written_is_what_was_read()
    {
        const string settings = """
            "do_convert_rgb":true,"resample":2,"do_rescale":false,"rescale_factor":0.5,"do_normalize":false,"image_mean":[0.1,0.2,0.3],
            "image_std":[0.4,0.5,0.6]
            """;
        var json = new JsonObject();
        Read(settings).AddTo(json);
        Assert.Equal(JsonNode.Parse("{" + settings + "}")!.ToJsonString(), json.ToJsonString());
    }

    private PixelValues Read(string settings) => new(JsonSection.Read(folder.Write("values.json", "{" + settings + "}")), new());
}
