namespace EosMLNet.Checkpoints;

/// <summary>Quantised checkpoints, which are not supported: named by their <c>quantization_config</c>.</summary>
internal static class Quantization
{
    internal const string Field = "quantization_config";
    internal const string Remedy = SafetensorsTypes.QuantisedRemedy;

    /// <summary>Refuses a configuration of a quantised checkpoint.</summary>
    /// <exception cref="EosException">EOS1009: it is one.</exception>
    internal static void Refuse(JsonSection json)
    {
        if (json.Find(Field) is null)
            return;
        var quantisation = json.Section(Field);
        throw new EosException(EosErrors.UnsupportedModel,
            $"'{json.File}' is of a checkpoint that is quantised ({Describe(quantisation)}), expected weights in floating point. " +
            $"{Remedy}.")
        { File = json.File };
    }

    private static string Describe(JsonSection json)
    {
        var (four, eight) = (json.Flag("load_in_4bit", false), json.Flag("load_in_8bit", false));
        var method = json.Text("quant_method") ?? (four || eight ? "bitsandbytes" : "a method that it does not name");
        var name = method.ToLowerInvariant() switch
        {
            "gptq" => "GPTQ",
            "awq" => "AWQ",
            "fp8" or "fbgemm_fp8" or "finegrained_fp8" => $"{method}: 8-bit floating point",
            _ => method,
        };
        // A number, or a word such as "w4a16", as the method has it.
        var bits = four ? "4" : eight ? "8" : json.Find("bits")?.ToString();
        return bits is null ? name : $"{name} {bits}-bit";
    }
}
