using EosMLNet;
using EosMLNet.Engines;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using TorchSharp;

[assembly: EngineProvider("torch", typeof(TorchProvider))]

namespace EosMLNet;

/// <summary>Loads models on TorchSharp.</summary>
internal sealed class TorchProvider : EngineProvider
{
    public override AnsweringModel Load(ModelRequest request)
    {
        var model = Load(request, ModelUse.Answer);
        try
        {
            return new TorchModel(model, request.Plan ?? ReductionPlan.Identity(model.ToPlanModel()), request.ImageCacheBytes);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Loads the model that is asked for, without its plan.</summary>
    /// <exception cref="EosException">EOS1xxx, EOS2xxx: it cannot be loaded.</exception>
    public static VisionLanguageModel Load(ModelRequest request, ModelUse use)
    {
        TorchRuntime.EnsureLoaded();
        return VisionLanguageModel.Load(
            request.Folder, request.DataType, Device(request), padding: request.ImagePadding, use: use, prompts: request.Prompts);
    }

    /// <summary>
    /// A model in the form that answers have: itself, or, where a search needed another form, one that is loaded in its place.
    /// </summary>
    /// <param name="model">The model; disposed where it is not the one that is returned.</param>
    /// <param name="request">What it was loaded for.</param>
    public static VisionLanguageModel InAnswerForm(VisionLanguageModel model, ModelRequest request)
    {
        if (model.HasAnswerForm)
            return model;
        model.Dispose();
        return Load(request, ModelUse.Answer);
    }

    private static torch.Device Device(ModelRequest request)
    {
        if (request.GpuDeviceId is not { } id)
            return torch.CPU;
        var found = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        if (id >= 0 && id < found)
            return torch.device(DeviceType.CUDA, id);
        if (request.FallbackToCpu)
            return torch.CPU;
        throw new EosException(EosErrors.Device,
            $"MLContext.GpuDeviceId asks for GPU {id}, but libtorch sees {found} CUDA device(s), and MLContext.FallbackToCpu is false. " +
            "Set FallbackToCpu to true, name a device that exists, or point EOS_LIBTORCH at a libtorch with CUDA; `eos doctor` " +
            "tells more.");
    }
}
