using EosMLNet;
using EosMLNet.Engines;
using EosMLNet.Onnx;
using EosMLNet.Tensors;

[assembly: EngineProvider("onnx", typeof(OnnxProvider))]

namespace EosMLNet;

/// <summary>Loads models that ONNX Runtime runs.</summary>
internal sealed class OnnxProvider : EngineProvider
{
    internal override void Prepare() => _ = OnnxModel.RuntimeVersion;

    public override AnsweringModel Load(ModelRequest request)
    {
        var options = new OnnxOptions
        {
            GpuDeviceId = request.GpuDeviceId,
            FallbackToCpu = request.FallbackToCpu,
            ImagePadding = request.ImagePadding,
            Prompts = request.Prompts,
        };
        var model = Loaded(request.Plan);
        try
        {
            // A model that was saved with another type has to answer all the same, and the difference is said.
            string[] notes = request.DataType is ModelDataType.Auto or ModelDataType.Float32 ? []
                : [$"The model is to compute in {request.DataType}, but ONNX Runtime runs it in Float32."];
            return new OnnxAnsweringModel(model, Loaded, [.. model.Notes, .. notes], request.ImageCacheBytes);
        }
        catch
        {
            model.Dispose();
            throw;
        }

        OnnxModel Loaded(ReductionPlan? plan) => OnnxModel.Load(request.Folder, plan, options);
    }
}
