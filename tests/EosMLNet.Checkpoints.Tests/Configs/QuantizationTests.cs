using EosMLNet.Files;

namespace EosMLNet.Tests.Configs;

public sealed class QuantizationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("""{"load_in_4bit": true, "quant_method": "bitsandbytes", "bits": 3}""", "(bitsandbytes 4-bit)")]
    [InlineData("""{"load_in_4bit": true}""", "(bitsandbytes 4-bit)")]
    [InlineData("""{"load_in_8bit": true}""", "(bitsandbytes 8-bit)")]
    [InlineData("""{"load_in_4bit": false, "load_in_8bit": false}""", "(a method that it does not name)")]
    [InlineData("{}", "(a method that it does not name)")]
    [InlineData("""{"quant_method": "gptq", "bits": 4}""", "(GPTQ 4-bit)")]
    [InlineData("""{"quant_method": "Awq", "bits": 4}""", "(AWQ 4-bit)")]
    [InlineData("""{"quant_method": "fp8"}""", "(fp8: 8-bit floating point)")]
    [InlineData("""{"quant_method": "fbgemm_fp8"}""", "(fbgemm_fp8: 8-bit floating point)")]
    [InlineData("""{"quant_method": "finegrained_fp8"}""", "(finegrained_fp8: 8-bit floating point)")]
    [InlineData("""{"quant_method": "another", "bits": "w4a16"}""", "(another w4a16-bit)")]
    public void A_quantised_checkpoint_is_refused_by_the_name_of_its_method(string config, string described)
    {
        var json = JsonSection.Read(folder.Write("config.json", $$"""{"quantization_config": {{config}}}"""));
        Expect.Error(EosErrors.UnsupportedModel, () => Quantization.Refuse(json), described, "float32, bfloat16 or float16");
        Assert.Equal(json.File, Assert.Throws<EosException>(() => Quantization.Refuse(json)).File);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"quantization_config": null}""")]
    public void Any_other_is_not(string config) => Quantization.Refuse(JsonSection.Read(folder.Write("config.json", config)));
}
