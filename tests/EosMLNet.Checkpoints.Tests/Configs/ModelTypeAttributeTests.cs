namespace EosMLNet.Tests.Configs;

public class ModelTypeAttributeTests
{
    [Fact]
    public void A_class_is_found_by_the_model_type_that_it_names() => Assert.Equal(
        new Dictionary<string, Type>
        {
            ["llava"] = typeof(LlavaConfig), ["llava_next"] = typeof(LlavaNextConfig), ["llava_onevision"] = typeof(LlavaOneVisionConfig),
            ["qwen2_vl"] = typeof(Qwen2VlConfig), ["qwen2_5_vl"] = typeof(Qwen25VlConfig), ["qwen3_vl"] = typeof(Qwen3VlConfig),
        },
        ModelTypeAttribute.Find<ModelConfig>());

    [Fact]
    public void Only_classes_that_derive_from_the_one_asked_for_are_found() =>
        Assert.Equal(["llava", "llava_next", "llava_onevision"], ModelTypeAttribute.Find<LlavaConfig>().Keys.Order());
}
