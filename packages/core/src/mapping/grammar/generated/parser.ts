// Generated from mapping.grammar by scripts/buildGrammar.mjs. Do not edit.
import { LRParser } from "@lezer/lr";
import { textTokenizer } from "../textTokenizer.ts";
const spec_identifier = { __proto__: null, not: 80, mod: 82, and: 84, or: 86 };
export const mappingParser = LRParser.deserialize({
  version: 14,
  states:
    "'UQVOROOOvQQO'#C_OOOP'#C|'#C|QVOROOO}QQO'#CcO!{QQO'#CgO#vQQO'#ChO_QQO'#CnOOQO'#Cq'#CqO_QQO'#CoO_QQO'#CoO$jQQO,58yOOQO'#DS'#DSOOOP,58y,58yOOOP-E6z-E6zOOQO'#C}'#C}O$qQQO,58}O%oQQO'#CjOOQO,59S,59SO%yQQO,59YOOQO,59Z,59ZO&cQQO,59ZOOQO'#Ct'#CtOOQO'#Cw'#CwOOQO'#Cy'#CyO_QQO,59^O_QQO,59^O_QQO,59^O_QQO,59^O_QQO,59^OOOP1G.e1G.eOOQO-E6{-E6{O&|QQO'#DOO'WQQO,59UOOQO,59U,59UO'`QQO,59UOOQO1G.t1G.tOOQO1G.x1G.xO([QQO1G.xO(fQQO1G.xO(pQQO1G.xO)ZQQO1G.xO)tQQO,59jOOQO-E6|-E6|OOQO1G.p1G.pO*OQQO1G.pOOQO7+$[7+$[",
  stateData:
    "*Z~OuOS~OPQOSPO~OT[OU[OWSO_VOdXOwTOxWO~Oo]O~P_OX_OY_OdVXgVXiVXjVXlVXnVXoVXyVXzVX{VXaVX`VX~O_]XdZXgZXiZXjZXlZXnZXoZXyZXzZX{ZXaZX`ZX~O_aO~OdjOgiOijOjkOlgOnhOyfOzgO{hO~OonO~P#{OX_OY_OdVagVaiVajValVanVaoVayVazVa{VaaVa`Va~O`pOarO~P_OatO~P#{OdjOgiOijOjkOyfO~Olcancaocazca{caaca`ca~P&QO`rXarX~P_O`pOa|O~O`pOa|O~P#{OgiOyfOjfilfinfiofizfi{fiafi`fi~Odfiifi~P'jOdjOijO~P'jOlfinfiofizfi{fiafi`fi~P&QOlgOzgOnfiofi{fiafi`fi~P&QO`raara~P#{O`pOa!OO~OWT~",
  goto: "$kwPPPxPPP|PPP||!Z!hPPP||P!k|P!xPP#TP#[PP#b#h#nPPP#xTQORg[PVXYaijklmpgUPVXYaijklmpRbUgYPVXYaijklmpciZcesvwxyzZlZcsyzXmZcszQROR^RQ`SRo`QqaS{q}R}sQZPQcVQdXQeYQsaQuiQvjQwkQxlQymRzp",
  nodeNames:
    "⚠ Text Template Interpolation Open Number String Reference ReferenceStart Property Index Variable Call FunctionName ArgumentList ParenOpen Separator ParenClose Group UnaryExpression Minus Not BinaryExpression TimesOperator Mod Plus CompareOperator And AndSign Or OrSign Close",
  maxTerm: 43,
  skippedNodes: [0],
  repeatNodeCount: 3,
  tokenData:
    "/s~RqXY#YYZ#Y]^#Ypq#Yqr#nrs#ytu%guv&[vw&awx&nxy(Vyz([z{&[{|(a}!O(f!O!P(k!P!Q&[!Q![*j!]!^-z!^!_.P!_!`.[!`!a.[!c!}%g!}#O.d#R#S%g#T#o%g#o#p/O#p#q/Z#q#r/h$f$g#Y$g;'S%g;'S;=`&U<%lO%g~#_Tu~XY#YYZ#Y]^#Ypq#Y$f$g#Y~#qP!_!`#t~#yOj~~#|VOr#yrs$cs#O#y#O#P$h#P;'S#y;'S;=`%a<%lO#y~$hOU~~$kRO;'S#y;'S;=`$t;=`O#y~$wWOr#yrs$cs#O#y#O#P$h#P;'S#y;'S;=`%a;=`<%l#y<%lO#y~%dP;=`<%l#y~%lWw~tu%g!Q![%g!c!}%g#R#S%g#T#o%g$g;'S%g;'S;=`&U<%lO%g~&XP;=`<%l%g~&aOg~~&fPl~vw&i~&nOl~~&qVOw&nwx$cx#O&n#O#P'W#P;'S&n;'S;=`(P<%lO&n~'ZRO;'S&n;'S;=`'d;=`O&n~'gWOw&nwx$cx#O&n#O#P'W#P;'S&n;'S;=`(P;=`<%l&n<%lO&n~(SP;=`<%l&n~([O_~~(aOa~~(fOi~~(kOd~~(nWtu)W!c!})W#R#S)W#S#T){#T#o)W$g;'S)W;'S;=`)u<%lO)W~)]WX~tu)W!Q![)W!c!})W#R#S)W#T#o)W$g;'S)W;'S;=`)u<%lO)W~)xP;=`<%l)W~*OTO#S){#S#T*_#T;'S){;'S;=`*d<%lO){~*dOX~~*gP;=`<%l){~*oST~!O!P*{!Q![*j!g!h,v#X#Y,v~+OYtu+nz{,c!Q![,h!c!}+n#R#S+n#S#T-b#T#o+n$g;'S+n;'S;=`,]<%lO+n~+sWW~tu+n!Q![+n!c!}+n#R#S+n#T#o+n$g;'S+n;'S;=`,]<%lO+n~,`P;=`<%l+n~,hOW~~,mRT~!Q![,h!g!h,v#X#Y,v~,yR{|-S}!O-S!Q![-Y~-VP!Q![-Y~-_PT~!Q![-Y~-eTO#S-b#S#T,c#T;'S-b;'S;=`-t<%lO-b~-wP;=`<%l-b~.PO`~~.UQj~!_!`#t!`!a#t~.aPj~!_!`#t~.gR}!O.p!Q![.p#P#Q.y~.sQ!Q![.p#P#Q.y~/OOY~~/RP#o#p/U~/ZOS~~/`Pn~#p#q/c~/hOn~~/kP#q#r/n~/sOo~",
  tokenizers: [textTokenizer, 0],
  topRules: { Template: [0, 2] },
  specialized: [{ term: 39, get: (value: keyof typeof spec_identifier) => spec_identifier[value] || -1 }],
  tokenPrec: 422,
});
