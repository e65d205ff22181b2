import "@fcrt/core/register";
import { captureConsole } from "./console-capture.ts";

captureConsole();
